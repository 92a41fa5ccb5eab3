import type { Context } from "@darkroom/core/context";
import type { Response } from "express";
import { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { Api } from "../api.ts";
import { type ProblemReply, problem } from "../reply.ts";
import type { Caller } from "./authenticate.ts";

/** Counts requests per key in windows of a minute: over all processes where there is Redis, else over this one. */
export type RateLimit = { consume(keyId: string): Promise<{ used: number; resetMs: number }> };

const windowSeconds = 60;
/** Keys have limits of their own, so the limiter only counts: no key reaches this. */
const points = 1_000_000_000;
/** Longest a request waits to be counted; then this process counts alone until Redis is back. */
const redisTimeoutMs = 250;

export function createRateLimit(context: Pick<Context, "env">, stopping: AbortSignal): RateLimit {
  const memory = new RateLimiterMemory({ points, duration: windowSeconds });
  const { REDIS_URL: url, QUEUE_PREFIX: prefix } = context.env;
  const limiter = url ? overRedis(openRedis(url, stopping), `${prefix}:rate`, memory) : memory;
  return {
    consume: async (keyId) => {
      const counted = await limiter.consume(keyId).catch((refusal: unknown) => {
        if (refusal instanceof RateLimiterRes) return refusal;
        throw refusal;
      });
      return { used: counted.consumedPoints, resetMs: counted.msBeforeNext };
    },
  };
}

function overRedis(storeClient: Redis, keyPrefix: string, insuranceLimiter: RateLimiterMemory): RateLimiterRedis {
  return new RateLimiterRedis({ storeClient, keyPrefix, points, duration: windowSeconds, insuranceLimiter });
}

function openRedis(url: string, stopping: AbortSignal): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: redisTimeoutMs,
    lazyConnect: false,
  });
  // Without a listener a lost connection would end the process; the insurance limiter is the answer to it.
  redis.on("error", () => {});
  stopping.addEventListener("abort", () => redis.disconnect(), { once: true });
  return redis;
}

/**
 * Counts the request and says so in the reply's headers (draft-ietf-httpapi-ratelimit-headers-11: quota and window; remaining and
 * seconds to the reset). Answers the refusal if the key has used up its minute.
 */
export async function limitRate(
  api: Pick<Api, "rateLimit" | "env">,
  caller: Caller,
  response: Response,
): Promise<ProblemReply | null> {
  const limit = caller.ratePerMinute ?? api.env.RATE_LIMIT_PER_MINUTE;
  const { used, resetMs } = await api.rateLimit.consume(caller.keyId);
  const resetSeconds = Math.max(1, Math.ceil(resetMs / 1000));
  response.set("ratelimit-policy", `"key";q=${limit};w=${windowSeconds}`);
  response.set("ratelimit", `"key";r=${Math.max(0, limit - used)};t=${resetSeconds}`);
  if (used <= limit) return null;
  const detail = `This key may make ${limit} requests a minute; ask again in ${resetSeconds} s.`;
  return problem("rate_limited", detail, { headers: { "retry-after": String(resetSeconds) } });
}
