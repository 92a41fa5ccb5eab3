import { randomBytes } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Child, ChildSpec } from "@darkroom/local/child";
import { builtEntries } from "@darkroom/local/entries";
import { pickPort } from "@darkroom/local/pick-port";
import { startChild } from "@darkroom/local/start-child";
import { emulatorChild } from "@darkroom/local/start-emulator";
import { objectStoreAccess, objectStoreChild, type S3Access } from "@darkroom/local/start-object-store";
import { postgresChild, postgresUrl } from "@darkroom/local/start-postgres";
import { startRedis } from "@darkroom/testing/start-redis";
import type { Backend } from "../bed.ts";
import { openCheapLog } from "./open-cheap-log.ts";

/** What both sides use: the same servers, each with databases and prefixes of its own. */
export type Servers = {
  dir: string;
  databaseUrl(name?: string): string;
  redis: { url: string; port: number } | null;
  s3: S3Access;
  fal: { url: string; key: string; dir: string };
  postgresPort: number;
  /** Whose CPU time is whose: the stores work for a product, fal and S3 would be there without it. */
  pids: { stores: number[]; around: number[] };
  /** Starts a process of one side. */
  start(spec: ChildSpec): Promise<Child>;
  /** Stops what the sides have started, the last first: a bench need not. */
  stopSides(): Promise<void>;
  /** Forgets stored objects and what fal remembers, so that no round pays for the one before. */
  clear(): Promise<void>;
  stop(): Promise<void>;
};

/** Postgres with its durable settings, Redis, S3 and fal, each real and each a process of its own. */
export async function startServers(options: { dir: string; backend: Backend }): Promise<Servers> {
  const { dir, backend } = options;
  let running: Child[] = [];
  const start: Servers["start"] = async (spec) => {
    const log = openCheapLog(join(dir, "logs", `${spec.name.replaceAll(" ", "-")}.log`));
    const child = await startChild(spec, log);
    running.push(child);
    void child.exited.then(log.close);
    return child;
  };
  const stopAfter = async (count: number) => {
    const ending = running.slice(count).reverse();
    running = running.slice(0, count);
    for (const child of ending) await child.stop();
  };
  try {
    const redis = backend === "redis" ? await startRedis() : null;
    if (redis) running.push(redis);
    const servers = await startAll(dir, start);
    const count = running.length;
    if (redis) servers.pids.stores.push(redis.pid);
    return { ...servers, redis, dir, start, stopSides: () => stopAfter(count), stop: () => stopAfter(0) };
  } catch (error) {
    await stopAfter(0);
    throw error;
  }
}

async function startAll(dir: string, start: Servers["start"]) {
  const password = randomBytes(8).toString("hex");
  const [postgresPort, s3Port, falPort] = await Promise.all([pickPort(), pickPort(), pickPort()]);
  const postgres = await start(
    await postgresChild({ dir: join(dir, "postgres"), port: postgresPort, password, durable: true }),
  );
  const objectStore = await start(await objectStoreChild({ dir: join(dir, "s3"), port: s3Port }));
  const fal = { url: `http://127.0.0.1:${falPort}`, key: `bench:${password}`, dir: join(dir, "fal") };
  const falServer = await start(await emulator(fal, falPort));
  const s3 = objectStoreAccess(s3Port);
  return {
    ...{ postgresPort, s3, fal },
    pids: { stores: [postgres.pid], around: [objectStore.pid, falServer.pid] },
    databaseUrl: (name?: string) => postgresUrl({ port: postgresPort, password }, name),
    clear: async () => {
      await fetch(`${fal.url}/emulator/reset`, { method: "POST" });
      await emptyFolder(join(dir, "s3", s3.bucket));
    },
  };
}

function emulator(fal: Servers["fal"], port: number): Promise<ChildSpec> {
  const given = {
    FAL_EMULATOR_PICTURES: "flat",
    FAL_EMULATOR_CONCURRENCY: "40",
    FAL_EMULATOR_HISTORY_MAX: "200000",
    FAL_EMULATOR_SEED: "7",
  };
  return emulatorChild({ entry: builtEntries.emulator, ...fal, port, generationMs: 0, given });
}

async function emptyFolder(dir: string): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  await Promise.all(names.map((name) => rm(join(dir, name), { recursive: true, force: true })));
}
