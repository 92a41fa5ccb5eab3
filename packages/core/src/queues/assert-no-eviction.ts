import type { Redis } from "ioredis";

/** Thrown at boot when Redis may throw our messages away. */
export class EvictingRedisError extends Error {}

/**
 * Refuses a Redis that evicts keys when memory is short: it would drop messages silently (BullMQ: going to production).
 * Where CONFIG/INFO is not allowed (managed Redis) the policy cannot be seen, and the operator's word is taken.
 */
export async function assertNoEviction(redis: Redis): Promise<void> {
  const info = await redis.info("memory").catch(() => "");
  const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1];
  if (policy && policy !== "noeviction") {
    throw new EvictingRedisError(
      `REDIS_URL points to a Redis with maxmemory-policy ${policy}. It would throw messages away: set it to noeviction.`,
    );
  }
}
