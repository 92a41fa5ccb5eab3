import { setMaxListeners } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openNotebook } from "./clients/notebook.ts";
import { readEnds } from "./clients/read-ends.ts";
import { type Client, runClient } from "./clients/run-client.ts";
import { type Cluster, startCluster } from "./cluster/start-cluster.ts";
import { endWaves, hurryWebhooks, readStrikes } from "./faults/control-fal.ts";
import { type Struck, torment } from "./faults/torment.ts";
import { planFaults } from "./plan/plan-faults.ts";
import { type Intent, planIntents } from "./plan/plan-intents.ts";
import type { Options } from "./read-options.ts";
import { gatherRecords, type Records } from "./records/gather-records.ts";
import { countStates } from "./records/read-database.ts";
import { readLogs } from "./records/read-logs.ts";
import { waitForRest } from "./records/wait-for-rest.ts";
import { type Result, toResult } from "./report/result.ts";
import { writeEvidence } from "./report/write-evidence.ts";
import { judge, type Verdict } from "./verdict/judge.ts";

export type Say = (line: string) => void;
export type Run = { result: Result; verdict: Verdict; evidence: string | null; seconds: number };

/** How long clients may go on retrying jobs by hand after the last fault. */
const closingMs = 5_000;
/** How long everybody gets to come to rest after that: leases, backoff and fal's retries take some two minutes, and then there is a backlog. */
const restMsMax = (jobs: number) => 300_000 + 150 * jobs;

/** The whole of it: start, torment, heal, wait, compare, report. The home is removed unless something is to be looked into. */
export async function runChaos(options: Options, say: Say): Promise<Run> {
  const dir = await mkdtemp(join(tmpdir(), "darkroom-chaos-"));
  // Postgres may run as another user (as root it must): let it enter.
  await chmod(dir, 0o711);
  const beganAt = performance.now();
  const cluster = await startCluster({ ...options, dir, say: (line) => options.verbose && say(line) });
  try {
    say(`the stack is up: api × 2, worker × 2, Postgres, S3, fal emulator, queue on ${options.backend}`);
    const { records, struck, strikes } = await tormentAndGather(cluster, options, say);
    const verdict = judge(records);
    verdict.notes.errors_logged = readLogs(join(dir, "logs"));
    const result = toResult(options, verdict, struck, strikes);
    const keep = options.keep || verdict.violations.length > 0;
    const evidence = keep ? await writeEvidence(dir, { result, verdict, records, struck }) : null;
    return { result, verdict, evidence, seconds: Math.round((performance.now() - beganAt) / 1_000) };
  } finally {
    await cluster.stop();
    if (!options.keep) await removeUnless(dir, join(dir, "evidence"));
  }
}

async function tormentAndGather(cluster: Cluster, options: Options, say: Say) {
  await hurryWebhooks(cluster.direct.falUrl);
  const intents = planIntents(options);
  const plan = planFaults(options);
  say(`${intents.length} wishes and ${plan.length} faults in ${options.seconds} s, seed ${options.seed}`);
  const clients = openClients(cluster);
  const startedAt = performance.now();
  const wishing = runAll(clients.of, intents, startedAt);
  const [struck] = await Promise.all([
    torment(cluster, plan, { startedAt, say: (line) => options.verbose && say(line) }),
    reportProgress(cluster, options.seconds, say),
  ]);
  await endWaves(cluster.direct.falUrl);
  say("the last fault is over; everything is healed and comes to rest");
  cluster.customers.heal();
  await pause(closingMs);
  clients.close();
  await waitForRest(cluster, { wishing, timeoutMs: restMsMax(options.jobs), say });
  await readEnds((tenant) => clients.of(tenant, 0));
  clients.abort();
  await wishing;
  const strikes = await readStrikes(cluster.direct.falUrl);
  const { ok: _, ...whims } = cluster.customers.whims();
  const stops = await cluster.stopApps();
  say(
    `stopped: ${Object.entries(stops)
      .map(([name, end]) => `${name} ${end}`)
      .join(", ")}`,
  );
  const records: Records = await gatherRecords(cluster, clients.notebook);
  return { records, struck: struck as Struck[], strikes: { ...named("fal", strikes), ...named("customer", whims) } };
}

function named(whose: string, counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${whose}:${name}`, count]));
}

function openClients(cluster: Cluster) {
  const notebook = openNotebook();
  const over = new AbortController();
  const closing = new AbortController();
  // Hundreds of clients wait with these.
  setMaxListeners(0, over.signal, closing.signal);
  const of = (tenant: number, apiKey: number): Client => ({
    apiUrls: cluster.apiUrls,
    apiKey: cluster.apiKeys[tenant]?.[apiKey] ?? "",
    ownUrl: cluster.customers.ownUrl(tenant),
    notebook,
    signal: over.signal,
    closing: closing.signal,
  });
  return { of, notebook, close: () => closing.abort(), abort: () => over.abort() };
}

async function runAll(
  clientOf: (tenant: number, apiKey: number) => Client,
  intents: readonly Intent[],
  startedAt: number,
): Promise<void> {
  await Promise.all(intents.map((intent) => runClient(clientOf(intent.tenant, intent.apiKey), intent, startedAt)));
}

const progressEveryMs = 15_000;

async function reportProgress(cluster: Cluster, seconds: number, say: Say): Promise<void> {
  for (let at = progressEveryMs; at <= seconds * 1_000; at += progressEveryMs) {
    await pause(progressEveryMs);
    say(`${at / 1_000} s: ${JSON.stringify(await countStates(cluster.direct.databaseUrl)) ?? "Postgres is away"}`);
  }
}

async function removeUnless(dir: string, evidence: string): Promise<void> {
  if (!existsSync(evidence)) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}
