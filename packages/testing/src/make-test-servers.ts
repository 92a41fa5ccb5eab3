import { chmod } from "node:fs/promises";
import { join } from "node:path";
import type { Child } from "@darkroom/local/child";
import { openLog } from "@darkroom/local/open-log";
import { pickPort } from "@darkroom/local/pick-port";
import { type S3Access, startObjectStore } from "@darkroom/local/start-object-store";
import { postgresUrl, startPostgres } from "@darkroom/local/start-postgres";
import pg from "pg";
import { startRedis } from "./start-redis.ts";

/** Names a database without migrations, for tests of the migrations themselves. */
export const emptyTemplate = "empty";

export type TestServers = {
  /** `template` is "migrated" or "empty". Answers the new database's URL. */
  createDatabase(template: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  redisUrl(): Promise<string>;
  createBucket(): Promise<S3Access>;
  stop(): Promise<void>;
};

const password = "test";
const migratedTemplate = "migrated";

/** Each server is started once, by the first who asks. */
export function makeTestServers(dir: string): TestServers {
  const running: Promise<Child>[] = [];
  const once = <T extends Child>(start: () => Promise<T>) => {
    let started: Promise<T> | undefined;
    return () => {
      started ??= start();
      if (!running.includes(started)) running.push(started);
      return started;
    };
  };
  const postgres = once(async () => {
    // Postgres may run as another user (as root it must): let it enter.
    await chmod(dir, 0o711);
    const options = { dir: join(dir, "postgres"), port: await pickPort(), password, durable: false };
    const child = await startPostgres(options, openLog(join(dir, "postgres.log")));
    return { ...child, databaseUrl: (name: string) => postgresUrl(options, name) };
  });
  const objectStore = once(async () =>
    startObjectStore({ dir: join(dir, "s3"), port: await pickPort() }, openLog(join(dir, "s3.log"))),
  );
  const redis = once(startRedis);
  return {
    ...databases(async () => (await postgres()).databaseUrl),
    redisUrl: async () => (await redis()).url,
    createBucket: async () => createBucket((await objectStore()).s3),
    stop: async () => {
      await Promise.allSettled(running.map(async (child) => (await child).stop()));
    },
  };
}

let buckets = 0;

/** A bucket for each test file, so that lists and counts see nothing of others. s3rver checks no signature. */
async function createBucket(s3: S3Access): Promise<S3Access> {
  buckets += 1;
  const bucket = `test-${buckets}`;
  const response = await fetch(`${s3.endpoint}/${bucket}`, { method: "PUT" });
  if (!response.ok) throw new Error(`The S3 server answered ${response.status} to the creation of ${bucket}.`);
  return { ...s3, bucket };
}

/** Migrations run once, into a template; a clone of it takes some 50 ms. */
function databases(databaseUrl: () => Promise<(name: string) => string>) {
  let template: Promise<void> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let count = 0;

  const run = async (statement: string) => {
    const client = new pg.Client((await databaseUrl())("postgres"));
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  const makeTemplate = async () => {
    const { migrate } = await import("@darkroom/core/db/migrate");
    await run(`CREATE DATABASE ${migratedTemplate}`);
    await migrate((await databaseUrl())(migratedTemplate));
  };
  return {
    async createDatabase(from: string): Promise<string> {
      if (from !== emptyTemplate) {
        template ??= makeTemplate();
        await template;
      }
      count += 1;
      const name = `test_${count}`;
      const source = from === emptyTemplate ? "template1" : migratedTemplate;
      // One after the other: a template must be at rest while it is copied.
      const created = last.then(() => run(`CREATE DATABASE ${name} TEMPLATE ${source}`));
      last = created.catch(() => {});
      await created;
      return (await databaseUrl())(name);
    },
    dropDatabase: (name: string) => run(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
  };
}
