import { describe, inject } from "vitest";
import { askTestServers } from "./ask-test-servers.ts";

/**
 * The run's Redis with a queue prefix of its own: files run at the same time on one server. A test that empties or stops
 * Redis starts its own (start-redis.ts).
 */
export async function testRedis(): Promise<{ url: string; prefix: string }> {
  const { url } = await askTestServers<{ url: string }>("POST", "/redis");
  redisPrefixes += 1;
  return { url, prefix: `t${process.pid}_${redisPrefixes}` };
}

let redisPrefixes = 0;

/** `describe` for tests that need Redis; without redis-server they are skipped, and their name says why. */
export function describeOnRedis(name: string, tests: () => void): void {
  const hasRedis = inject("hasRedis");
  describe.skipIf(!hasRedis)(hasRedis ? name : `${name} (not run: redis-server is not on the PATH)`, tests);
}
