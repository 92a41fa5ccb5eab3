import { setTimeout as pause } from "node:timers/promises";
import { createPostgresBackend, Queue, Worker, withBackend } from "bullmq";
import { Redis } from "ioredis";
import pLimit from "p-limit";
import { Pool } from "pg";
import type { Env } from "../env.ts";
import { assertNoEviction } from "./assert-no-eviction.ts";
import type { MessageKind } from "./messages.ts";

/** What a message carries: ids of rows. */
export type Payload = { ids: string[] };
export type BullMessage = { name: string; data: Payload; opts: MessageOptions };

/** The parts of BullMQ's Queue and Worker that Darkroom uses: the same on Redis and on Postgres. */
export type MessageQueue = {
  addBulk(messages: BullMessage[]): Promise<unknown>;
  getWaitingCount(): Promise<number>;
  close(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
};
export type MessageOptions = { jobId: string; delay: number; removeOnComplete: boolean; removeOnFail: boolean };
export type MessageWorker = {
  close(force?: boolean): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
};
/** Handles one row. */
export type Handle = (id: string) => Promise<void>;

/** BullMQ on one of its two backends. */
export type QueueBackend = {
  name: "redis" | "postgres";
  openQueue(kind: MessageKind): MessageQueue;
  openWorker(kind: MessageKind, handle: Handle, options: { concurrency: number }): MessageWorker;
  close(): Promise<void>;
};

/** Longest a producer waits for its queue: a queue that is away must not hold up an answer, the row is the promise. */
export const commandTimeoutMs = 2_000;

/** Redis where REDIS_URL is set, else the Postgres we have anyway. */
export function openQueueBackend(env: Pick<Env, "REDIS_URL" | "DATABASE_URL" | "QUEUE_PREFIX">): Promise<QueueBackend> {
  return env.REDIS_URL ? openRedis(env.REDIS_URL, env.QUEUE_PREFIX) : openPostgres(env.DATABASE_URL);
}

async function openRedis(url: string, prefix: string): Promise<QueueBackend> {
  // Producers fail fast; workers wait for their Redis for ever (BullMQ demands null there).
  const producer = new Redis(url, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: commandTimeoutMs,
  });
  const consumer = new Redis(url, { maxRetriesPerRequest: null });
  // Their queues and workers report errors; a connection without a listener would end the process.
  for (const connection of [producer, consumer]) connection.on("error", () => {});
  await checkEviction(consumer);
  return {
    name: "redis",
    openQueue: (kind) =>
      new Queue(kind, { connection: producer, prefix, skipVersionCheck: true, skipWaitingForReady: true }),
    openWorker: (kind, handle, { concurrency }) =>
      new Worker<Payload>(kind, eachRow(handle, concurrency), {
        connection: consumer,
        prefix,
        concurrency,
        ...workerOptions,
      }),
    close: async () => {
      producer.disconnect();
      consumer.disconnect();
    },
  };
}

/** Longest a start waits for Redis: away, it is no reason not to start. Jobs are taken without it, and workers wait for it by themselves. */
const checkTimeoutMs = 3_000;

/** A worker has as many rows in hand as it may, however many its messages name. */
function eachRow(handle: Handle, concurrency: number): (message: { data: Payload }) => Promise<void> {
  const limit = pLimit(concurrency);
  return async ({ data }) => {
    await Promise.all(data.ids.map((id) => limit(() => handle(id))));
  };
}

async function checkEviction(redis: Redis): Promise<void> {
  const check = assertNoEviction(redis);
  const checked = await Promise.race([check.then(() => true), pause(checkTimeoutMs, false, { ref: false })]);
  if (checked) return;
  // A Redis that comes later is looked at then: one that evicts ends the process, as it would have at its start.
  check.catch((error: unknown) => {
    setImmediate(() => {
      throw error;
    });
  });
}

/** BullMQ's default schema: with a shared pool it can be no other. */
const schema = "bullmq";

async function openPostgres(connectionString: string): Promise<QueueBackend> {
  await migrateSchema(connectionString);
  const pool = new Pool({
    connectionString,
    options: `-c search_path=${schema}`,
    // One LISTEN connection per worker, and a few for the work itself.
    max: 12,
    keepAlive: true,
    // Callers wait for less (doorbell.ts). The first connection of a queue or worker must not be given up that soon: see below.
    connectionTimeoutMillis: firstConnectionTimeoutMs,
  });
  pool.on("error", () => {});
  // Every queue and worker listens to it: more than the ten of which Node takes eleven for a leak.
  pool.setMaxListeners(100);
  const backend = withBackend(createPostgresBackend);
  return {
    name: "postgres",
    openQueue: (kind) => endUnlessReady(pool, new backend.Queue(kind, { connection: pool, skipWaitingForReady: true })),
    openWorker: (kind, handle, { concurrency }) =>
      endUnlessReady(
        pool,
        new backend.Worker<Payload>(kind, eachRow(handle, concurrency), {
          connection: pool,
          concurrency,
          ...workerOptions,
        }),
      ),
    close: () => pool.end(),
  };
}

/** A busy machine has been seen to take more than two seconds. */
const firstConnectionTimeoutMs = 15_000;

/**
 * BullMQ remembers a first connection that failed and never tries again (6.7.0, PostgresConnection.waitUntilReady): such a queue
 * would stay deaf in a process that looks well. So the process ends, as it would have if its own first query had failed.
 */
function endUnlessReady<Part extends { waitUntilReady(): Promise<unknown> }>(pool: Pool, part: Part): Part {
  part.waitUntilReady().catch((error: unknown) => {
    if (pool.ending) return;
    setImmediate(() => {
      throw error;
    });
  });
  return part;
}

/** A message that stalls twice is dropped: its row is due and the sweep rings again. */
const workerOptions = { lockDuration: 60_000, stalledInterval: 30_000, maxStalledCount: 1, drainDelay: 5 };

/** BullMQ only migrates through a queue of its own; this one lives just for that. Its advisory lock makes concurrent starts safe. */
async function migrateSchema(connectionString: string): Promise<void> {
  const { Queue: MigratingQueue } = withBackend(createPostgresBackend);
  const queue = new MigratingQueue("migrate", { connection: { connectionString, schema, migrate: true, max: 1 } });
  queue.on("error", () => {});
  await queue.waitUntilReady();
  await queue.close();
}
