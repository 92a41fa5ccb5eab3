import type { Context } from "@darkroom/core/context";
import { Redis } from "ioredis";
import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
  RLWrapperTimeouts,
} from "rate-limiter-flexible";

export const windowSeconds = 60;

/** What was counted in the present minute, and when that ends. */
export type Count = { used: number; resetMs: number };

/** Adds to the count of one key or tenant. */
export type CountRequests = (id: string, more: number) => Promise<Count>;

/** Everybody has a limit of their own, so the library only counts: nothing reaches this. */
const points = 1_000_000_000;
/** For how long a process counts alone before it asks again. */
const aloneMs = 1_000;

/**
 * Counts over all API processes, in Redis or, without it, in Postgres. While neither answers, each process counts by itself: better
 * that a tenant gets its limit once per process than that all are refused because a counter is away.
 */
export function createCounter(
  context: Pick<Context, "env" | "db" | "clock" | "log" | "metrics">,
  stopping: AbortSignal,
): CountRequests {
  const { clock, log, metrics } = context;
  const shared = new RLWrapperTimeouts({
    limiter: openShared(context, stopping),
    timeoutMs: context.env.RATE_LIMIT_COUNT_TIMEOUT_MS,
  });
  const memory = new RateLimiterMemory({ points, duration: windowSeconds });
  let aloneUntil = 0;

  return async (id, more) => {
    if (clock.now().getTime() >= aloneUntil) {
      try {
        return toCount(await shared.consume(id, more));
      } catch (error) {
        if (error instanceof RateLimiterRes) return toCount(error);
        aloneUntil = clock.now().getTime() + aloneMs;
        log.warn({ reason: (error as Error).message }, "requests are counted by this process alone");
      }
    }
    metrics.requestsCountedAlone.inc(more);
    return toCount(await memory.consume(id, more));
  };
}

function toCount({ consumedPoints, msBeforeNext }: RateLimiterRes): Count {
  return { used: consumedPoints, resetMs: msBeforeNext };
}

function openShared({ env, db }: Pick<Context, "env" | "db">, stopping: AbortSignal) {
  const { REDIS_URL: url, QUEUE_PREFIX: prefix, RATE_LIMIT_COUNT_TIMEOUT_MS: timeoutMs } = env;
  const options = { points, duration: windowSeconds };
  if (!url) return overPostgres(db, options);
  return new RateLimiterRedis({
    ...options,
    storeClient: openRedis(url, timeoutMs, stopping),
    keyPrefix: `${prefix}:rate`,
  });
}

/** The library brings its own statements; they run on the connections that are there anyhow. */
function overPostgres(db: Context["db"], options: { points: number; duration: number }): RateLimiterPostgres {
  type Row = { points: number; expire: bigint };
  const storeClient = {
    query: async ({ text, values }: { text: string; values: unknown[] }) => {
      const rows = await db.$queryRawUnsafe<Row[]>(text, ...values);
      return { rows: rows.map((row) => ({ ...row, expire: Number(row.expire) })), rowCount: rows.length };
    },
  };
  const table = { tableName: "request_counts", tableCreated: true, keyPrefix: "" };
  return new RateLimiterPostgres({ ...options, ...table, storeClient, storeType: "client" });
}

function openRedis(url: string, commandTimeout: number, stopping: AbortSignal): Redis {
  // What is asked before the connection is there waits for it, for as long as for an answer.
  const redis = new Redis(url, { maxRetriesPerRequest: 0, commandTimeout });
  // Without a listener a lost connection would end the process; counting alone is the answer to it.
  redis.on("error", () => {});
  stopping.addEventListener("abort", () => redis.disconnect(), { once: true });
  return redis;
}
