import { setTimeout as pause } from "node:timers/promises";
import { type Event, type EventList, eventTypes } from "@darkroom/contract/events";
import { signedHeaders } from "@darkroom/core/deliveries/build-request";
import { newHmacSecret, readSigningKey } from "@darkroom/core/deliveries/sign";
import { Command, InvalidArgumentError, Option } from "commander";
import { findApi } from "./find-api.ts";
import { readSince } from "./read-since.ts";
import type { World } from "./with-database.ts";

type Options = {
  forward: URL;
  tenant?: string;
  api?: string;
  key?: string;
  since?: string;
  secret?: string;
  events?: string[];
  everyMs: number;
};

/** Longest a local handler may think: as long as anybody would look at it in a debugger. */
const forwardTimeoutMs = 120_000;

export function listenCommand(world: World, exit: (code: number) => void): Command {
  return new Command("listen")
    .description(
      "Forwards a tenant's events to a program on this machine, signed like deliveries, until it is stopped.",
    )
    .addOption(
      new Option("--forward <url>", "where to, e.g. http://localhost:3000/hook")
        .argParser(readUrl)
        .makeOptionMandatory(),
    )
    .option("--tenant <name>", "whose events; without it those of the API key")
    .option("--since <when>", "begin with events of 15m, 2h, 7d ago, or an ISO time (now)")
    .addOption(new Option("--events <types...>", "only these").choices(eventTypes))
    .option("--secret <whsec>", "sign with this (a new one, which is shown)")
    .option("--api <url>", "the API (DARKROOM_URL, or the running stack's)")
    .option("--key <key>", "an API key with endpoints:read (DARKROOM_API_KEY, or the running stack's)")
    .addOption(new Option("--every-ms <ms>", "pause between looks").argParser(Number).default(1_000).hideHelp())
    .action(async (options: Options) => exit(await listen(world, options)));
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") throw new InvalidArgumentError("An http(s) URL.");
  return url;
}

async function listen(world: World, options: Options): Promise<number> {
  const since = readSince(options.since, world.now());
  if (since.outcome === "invalid") return refuse(world, since.reason);
  const api = await findApi(world, options);
  if (api.outcome === "missing") return refuse(world, api.reason);
  const secret = options.secret ?? newHmacSecret();
  const stopping = world.untilStopped?.() ?? new AbortController().signal;
  world.write(`Forwarding events of ${api.url} to ${options.forward.href}\nSigned with ${secret}\n`);
  try {
    await follow(world, { ...options, since: since.since, ask: asker(api, stopping), secret, stopping });
    return 0;
  } catch (error) {
    if (stopping.aborted) return 0;
    return refuse(world, `Stopped: ${(error as Error).message}`);
  } finally {
    await api.release();
  }
}

type Following = Omit<Options, "since"> & {
  since: Date;
  secret: string;
  ask: (query: URLSearchParams) => Promise<EventList>;
  stopping: AbortSignal;
};

async function follow(world: World, following: Following): Promise<void> {
  const query = new URLSearchParams({ since: following.since.toISOString(), limit: "100" });
  while (!following.stopping.aborted) {
    const page = await following.ask(query);
    for (const event of page.data) {
      if (following.events && !following.events.includes(event.type)) continue;
      world.write(`${await forward(world, following, event)}\n`);
    }
    if (page.next_cursor) query.set("cursor", page.next_cursor);
    if (!page.has_more) await pause(following.everyMs, null, { signal: following.stopping });
  }
}

/** One line on what came of it. A handler that fails is the reader's to mend: nothing is tried again. */
async function forward(world: World, { forward: url, secret }: Following, event: Event): Promise<string> {
  const body = JSON.stringify(event);
  const keys = [readSigningKey({ kind: "hmac", secret })];
  const headers = signedHeaders({ eventId: event.id, at: world.now(), body }, { keys, headers: {} });
  const signal = AbortSignal.timeout(forwardTimeoutMs);
  const told = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal }).then(
    ({ status }) => String(status),
    (error: Error) => `failed: ${(error.cause as Error | undefined)?.message ?? error.message}`,
  );
  return `${event.timestamp}  ${event.type}  ${event.id}  ${told}`;
}

function asker(api: { url: string; key: string }, stopping: AbortSignal) {
  return async (query: URLSearchParams): Promise<EventList> => {
    const response = await fetch(`${api.url}/v1/events?${query}`, {
      headers: { authorization: `Bearer ${api.key}` },
      signal: stopping,
    });
    if (response.ok) return (await response.json()) as EventList;
    const problem = (await response.json().catch(() => ({}))) as { detail?: string };
    throw new Error(`the API answered ${response.status}. ${problem.detail ?? ""}`);
  };
}

function refuse(world: World, reason: string): number {
  world.writeError(`${reason}\n`);
  return 1;
}
