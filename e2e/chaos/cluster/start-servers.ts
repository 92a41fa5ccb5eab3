import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Child, ChildSpec } from "@darkroom/local/child";
import { builtEntries } from "@darkroom/local/entries";
import { openLog } from "@darkroom/local/open-log";
import { startChild } from "@darkroom/local/start-child";
import { emulatorChild } from "@darkroom/local/start-emulator";
import { objectStoreChild } from "@darkroom/local/start-object-store";
import { postgresChild } from "@darkroom/local/start-postgres";
import { startRedis } from "@darkroom/testing/start-redis";
import type { Backend, ServerName } from "../plan/plan-faults.ts";
import { askRedis } from "./ask-redis.ts";
import { type Kept, keepRunning } from "./keep-running.ts";

export type ServerOptions = {
  dir: string;
  backend: Backend;
  seed: number;
  password: string;
  falKey: string;
  /** Where the servers themselves listen; our processes reach them through links. */
  ports: Record<ServerName, number>;
  say(line: string): void;
};

/** About what a small picture weighs; with `sync_mode` it is above what a receipt row holds. */
const imageBytes = 60_000;

/** Postgres with its durable settings, Redis, S3 and fal, each real and each a process of its own. */
export async function startServers(options: ServerOptions): Promise<Partial<Record<ServerName, Kept>>> {
  const [postgres, s3, fal, redis] = await Promise.all([
    startPostgres(options),
    keepRunning(
      "s3",
      starter(options, await objectStoreChild({ dir: join(options.dir, "s3"), port: options.ports.s3 })),
      options,
    ),
    keepRunning("fal", starter(options, await emulator(options)), options),
    options.backend === "redis" ? startRedisServer(options) : undefined,
  ]);
  return { postgres, s3, fal, ...(redis ? { redis } : {}) };
}

function starter({ dir }: ServerOptions, spec: ChildSpec): () => Promise<Child> {
  const log = openLog(join(dir, "logs", `${spec.name.replaceAll(" ", "-")}.log`));
  return () => startChild(spec, log);
}

async function startPostgres(options: ServerOptions): Promise<Kept> {
  const dir = join(options.dir, "postgres");
  const { password, ports } = options;
  // When a job was really made is when its statement was committed: the judge asks.
  const settings = { track_commit_timestamp: "on" };
  const spec = await postgresChild({ dir, port: ports.postgres, password, durable: true, settings });
  // The child is a guard; the server itself writes its pid into its folder.
  const findPid = () => Number(readFileSync(join(dir, "postmaster.pid"), "utf8").split("\n")[0]) || undefined;
  return keepRunning("postgres", starter(options, spec), { say: options.say, findPid: () => orUndefined(findPid) });
}

async function startRedisServer({ ports, say }: ServerOptions): Promise<Kept> {
  let pid: number | undefined;
  const start = async () => {
    const child = await startRedis({ port: ports.redis });
    pid = Number(/process_id:(\d+)/.exec(await askRedis(ports.redis, "INFO server"))?.[1]) || undefined;
    return child;
  };
  return keepRunning("redis", start, { say, findPid: () => pid });
}

function emulator({ dir, falKey, ports, seed }: ServerOptions): Promise<ChildSpec> {
  const given = {
    FAL_EMULATOR_PICTURES: "flat",
    FAL_EMULATOR_IMAGE_BYTES: String(imageBytes),
    FAL_EMULATOR_SEED: String(seed),
    // As many as an account's slots: what Darkroom hands over beyond them would wait at fal.
    FAL_EMULATOR_CONCURRENCY: "40",
    FAL_EMULATOR_HISTORY_MAX: "200000",
  };
  const entry = builtEntries.emulator;
  return emulatorChild({ entry, dir: join(dir, "fal"), port: ports.fal, key: falKey, generationMs: 100, given });
}

function orUndefined<Value>(act: () => Value): Value | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
