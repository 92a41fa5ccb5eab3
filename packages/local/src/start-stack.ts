import { existsSync } from "node:fs";
import { access } from "node:fs/promises";
import { appChild } from "./app-child.ts";
import type { ChildSpec } from "./child.ts";
import { createApiKey, databaseId } from "./create-api-key.ts";
import { builtEntries, type Entries } from "./entries.ts";
import type { Home } from "./open-home.ts";
import { type LogFile, openLog } from "./open-log.ts";
import {
  adminEmail,
  appEnv,
  type EmbeddedParts,
  type GivenEnv,
  givenEnv,
  planStack,
  type StackPlan,
} from "./plan-stack.ts";
import type { RunFile, S3Settings } from "./run-file.ts";
import { emulatorChild } from "./start-emulator.ts";
import { objectStoreAccess, objectStoreChild } from "./start-object-store.ts";
import { postgresChild, postgresUrl, postgresUser } from "./start-postgres.ts";
import { type Supervised, supervise } from "./supervise.ts";

export type StackOptions = {
  home: Home;
  /** Usually process.env: it decides which parts are embedded, and wins over every default. */
  env: Record<string, string | undefined>;
  /** Port of the API: this one or none. Default: PORT, else a free one that the home remembers. */
  apiPort?: number;
  /** False for a home that nobody will miss (the demo, tests): Postgres without fsync. Default true. */
  durable?: boolean;
  /** How long the emulator takes for a picture. */
  generationMs?: number;
  entries?: Partial<Entries>;
  /** Crashes, restarts and the like, one line each. */
  say(line: string): void;
  /** Sees everything the processes write (`--verbose`). */
  mirror?(name: string, text: string): void;
  /** Ends the start, stopping what has been started. */
  signal?: AbortSignal;
};

export type StackPart = "postgres" | "object store" | "fal emulator" | "worker" | "api";

export type Stack = {
  plan: StackPlan;
  /** What run.json says. */
  run: RunFile;
  /** What api and worker were started with. */
  env: Record<string, string>;
  /** The process of a part; undefined for one that is not embedded. */
  pid(part: StackPart): number | undefined;
  /** In order: the API stops taking, the worker finishes, then what they use. */
  stop(): Promise<void>;
};

/** Starts everything, in the order in which it is needed. If anything fails, what has been started is stopped again. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const given = givenEnv(options.env);
  const plan = planStack(given);
  const keeper = keepParts(options);
  try {
    const ports = await choosePorts(options, given);
    const parts = await startParts(options, plan, ports, keeper);
    const env = appEnv({ given, plan, parts, secrets: options.home.secrets, ports });
    const apiKey = await startApps(options, env, keeper);
    const run = describeRun(plan, env, apiKey);
    return { plan, run, env, pid: keeper.pid, stop: keeper.stop };
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

type Ports = { api: number; worker: number; postgres: number; objectStore: number; emulator: number };
type Keeper = ReturnType<typeof keepParts>;

/** The parts that run, and their logs. */
function keepParts({ home, say, mirror, signal }: StackOptions) {
  const running = new Map<string, Supervised>();
  const logs: LogFile[] = [];
  return {
    async start(spec: ChildSpec): Promise<void> {
      signal?.throwIfAborted();
      const log = openLog(home.path("logs", `${spec.name.replaceAll(" ", "-")}.log`), (text) =>
        mirror?.(spec.name, text),
      );
      logs.push(log);
      running.set(spec.name, await supervise(spec, log, say, signal));
    },
    pid: (part: StackPart) => running.get(part)?.pid(),
    async stop(): Promise<void> {
      const together = [["api"], ["worker"], ["fal emulator", "object store"], ["postgres"]];
      for (const names of together) await Promise.all(names.map((name) => running.get(name)?.stop()));
      for (const log of logs) log.close();
    },
  };
}

async function choosePorts({ home, apiPort }: StackOptions, given: GivenEnv): Promise<Ports> {
  const wanted = apiPort ?? Number(given.PORT ?? 0);
  const api = wanted === 0 ? await home.port("api") : await home.port("api", wanted);
  if (wanted !== 0 && api !== wanted)
    throw new Error(`Port ${wanted} is taken. Stop what uses it, or set PORT to another one (0 takes a free one).`);
  return {
    api,
    worker: await home.port("worker"),
    postgres: await home.port("postgres"),
    objectStore: await home.port("object store"),
    emulator: await home.port("fal emulator"),
  };
}

async function startParts(
  options: StackOptions,
  plan: StackPlan,
  ports: Ports,
  keeper: Keeper,
): Promise<EmbeddedParts> {
  const { home, durable = true, generationMs = 0 } = options;
  const parts: EmbeddedParts = {};
  const starts: Promise<void>[] = [];
  if (plan.postgres === "embedded") {
    const postgres = {
      dir: home.path("postgres"),
      port: ports.postgres,
      password: home.secrets.postgres_password,
      durable,
    };
    parts.databaseUrl = postgresUrl(postgres);
    await announceUser(options, postgres.dir);
    starts.push(postgresChild(postgres).then(keeper.start));
  }
  if (plan.objectStore === "embedded") {
    parts.s3 = objectStoreAccess(ports.objectStore);
    starts.push(objectStoreChild({ dir: home.path("s3"), port: ports.objectStore }).then(keeper.start));
  }
  if (plan.fal === "emulator") {
    parts.falBaseUrl = `http://127.0.0.1:${ports.emulator}`;
    const entry = options.entries?.emulator ?? builtEntries.emulator;
    const given = givenEnv(options.env);
    const emulator = { dir: home.path("fal"), port: ports.emulator, key: home.secrets.fal_key };
    starts.push(emulatorChild({ entry, generationMs, given, ...emulator }).then(keeper.start));
  }
  await allOrThrow(starts);
  return parts;
}

/** Root is told once that Postgres, which refuses root, runs as someone else. */
async function announceUser({ say }: StackOptions, dir: string): Promise<void> {
  const user = existsSync(dir) ? undefined : await postgresUser(dir);
  if (user) say(`Postgres does not run as root: it runs as the user ${user}, who owns ${dir}.`);
}

/** Waits for all even if one fails, so that none is left starting when the rest is stopped. */
async function allOrThrow(promises: Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(promises);
  const failed = settled.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

/** Answers a working API key. */
async function startApps(options: StackOptions, env: Record<string, string>, keeper: Keeper): Promise<string> {
  const { home } = options;
  const entries = { ...builtEntries, ...options.entries };
  const database = databaseId(givenEnv(options.env).DATABASE_URL);
  const makeKey = async () => {
    const key = await createApiKey(entries.cli, env);
    home.rememberApiKey(database, key);
    return key;
  };
  await access(entries.cli);
  // They migrate first, under a lock; the CLI then finds the database as it must be.
  await allOrThrow([
    keeper.start(appChild("worker", entries.worker, env)),
    keeper.start(appChild("api", entries.api, env)),
  ]);
  const known = home.secrets.api_keys[database];
  // A key from an earlier start may be gone: revoked, or the database was emptied.
  return known && (await isAccepted(known, env)) ? known : makeKey();
}

async function isAccepted(key: string, env: Record<string, string>): Promise<boolean> {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`http://127.0.0.1:${env.PORT}/v1/jobs?limit=1`, { headers });
  await response.body?.cancel();
  return response.status !== 401;
}

function describeRun(plan: StackPlan, env: Record<string, string>, apiKey: string): RunFile {
  const api = `http://127.0.0.1:${env.PORT}`;
  return {
    api_url: api,
    admin_url: `${api}/admin`,
    docs_url: `${api}/docs`,
    api_key: apiKey,
    admin_email: env.ADMIN_EMAIL ?? adminEmail,
    admin_password: env.ADMIN_PASSWORD ?? "",
    fal_emulator_url: plan.fal === "emulator" ? (env.FAL_BASE_URL ?? null) : null,
    fal_key: env.FAL_KEY ?? "",
    database_url: env.DATABASE_URL ?? "",
    redis_url: env.REDIS_URL ?? null,
    s3: describeS3(env),
    pid: process.pid,
  };
}

function describeS3(env: Record<string, string>): S3Settings {
  return {
    endpoint: env.S3_ENDPOINT ?? null,
    region: env.S3_REGION ?? "us-east-1",
    bucket: env.S3_BUCKET ?? null,
    access_key_id: env.S3_ACCESS_KEY_ID ?? null,
    secret_access_key: env.S3_SECRET_ACCESS_KEY ?? null,
  };
}
