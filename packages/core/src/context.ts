import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "./clock.ts";
import { systemClock } from "./clock.ts";
import { type Database, openDatabase } from "./db/database.ts";
import { migrate } from "./db/migrate.ts";
import { createEgress, type Egress } from "./egress/egress.ts";
import type { Env } from "./env.ts";
import { createFal, type Fal } from "./fal/call-fal.ts";
import { createLinks, type Links } from "./links.ts";
import { createLog, type Log } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { loadModels, type Models } from "./models.ts";
import { openQueueBackend, type QueueBackend } from "./queues/backend.ts";
import { createDoorbell, type Doorbell } from "./queues/doorbell.ts";
import { createSecrets, type Secrets } from "./secrets.ts";
import { ensureBucket } from "./storage/ensure-bucket.ts";
import { createStorage, type Storage } from "./storage/s3.ts";

/** Everything a route or handler may reach. Built once per process by main.ts, and by tests; passed as the first argument. */
export type Context = {
  env: Env;
  clock: Clock;
  log: Log;
  db: Database;
  /** For the dashboard: a few connections of its own that only read, and not for long. */
  reads: Database;
  queues: QueueBackend;
  doorbell: Doorbell;
  fal: Fal;
  storage: Storage;
  models: Models;
  links: Links;
  secrets: Secrets;
  /** To where tenants' URLs lead. */
  egress: Egress;
  metrics: Metrics;
};

/** Enough for a few people at once; connections are only made when asked for. */
const readsPoolMax = 4;
/** No page of the dashboard needs longer, with a million jobs; what does is told so. */
const readsWithinMs = 2_000;

/** Opens a process's connections, migrating the database if it is behind. Throws if a part cannot be had: better at boot than later. */
export async function openContext(env: Env, options: { role: string; clock?: Clock }): Promise<Context> {
  const clock = options.clock ?? systemClock;
  const log = createLog({ level: env.LOG_LEVEL, role: options.role });
  const metrics = createMetrics(options.role);
  const loaded = loadModels(env);
  if (!loaded.ok) throw new Error(loaded.problems.join("\n"));
  const { applied } = await migrate(env.DATABASE_URL);
  if (applied.length > 0) log.info({ applied }, "migrations applied");
  const storage = createStorage(env, { log });
  if (env.S3_CREATE_BUCKET) await ensureBucket(storage);
  const queues = await openQueueBackend(env);
  const onFailure = (kind: string) => metrics.ringsFailed.inc({ kind });
  return {
    env,
    clock,
    log,
    metrics,
    storage,
    queues,
    models: loaded.models,
    links: createLinks({ secret: env.DARKROOM_SECRET, baseUrl: env.PUBLIC_URL ?? `http://localhost:${env.PORT}` }),
    secrets: createSecrets(env.DARKROOM_SECRET),
    egress: createEgress(env),
    db: openDatabase({
      url: env.DATABASE_URL,
      poolMax: env.DATABASE_POOL_MAX,
      applicationName: `darkroom-${options.role}`,
    }),
    reads: openDatabase({
      url: env.DATABASE_URL,
      poolMax: readsPoolMax,
      applicationName: `darkroom-${options.role}-reads`,
      readsWithinMs,
      // Filters of any kind: the best plan is another for each.
      prepare: false,
    }),
    doorbell: createDoorbell(queues, { clock, log, onFailure }),
    fal: createFal({
      key: env.FAL_KEY,
      baseUrl: env.FAL_BASE_URL,
      submitTimeoutMs: env.FAL_SUBMIT_TIMEOUT_MS,
      requestTimeoutMs: env.FAL_REQUEST_TIMEOUT_MS,
      log,
    }),
  };
}

/** Closes what openContext opened, in the order that lets work in flight end: queues, fal, storage, and the database last. */
export async function closeContext(context: Context): Promise<void> {
  await context.doorbell.close();
  await context.queues.close();
  await context.fal.agent.close();
  await closeRest(context);
}

/** Longest the queues' connections are waited for: on Postgres each waits for the handler that has it. */
const cutMs = 1_000;

/**
 * The same for a process whose time is over although work is in hand: requests under way are cut off, whatever their timeouts, so that
 * the process ends now. Leases and sweeps make up for it, as they do for a process that died.
 */
export async function cutContext(context: Context): Promise<void> {
  await context.fal.agent.destroy();
  const queues = context.doorbell.close().then(() => context.queues.close());
  await Promise.race([queues, pause(cutMs, undefined, { ref: false })]);
  await closeRest(context);
}

async function closeRest(context: Context): Promise<void> {
  await context.egress.agent.destroy();
  context.storage.client.destroy();
  await context.reads.$disconnect();
  await context.db.$disconnect();
}
