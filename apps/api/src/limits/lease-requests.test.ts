import fc from "fast-check";
import { expect, test } from "vitest";
import type { CountRequests } from "./count-requests.ts";
import { createLeases } from "./lease-requests.ts";

const start = new Date("2026-11-20T10:00:00.000Z");
const later = (ms: number) => new Date(start.getTime() + ms);

/** What Redis and Postgres do: one sum per id and window, whoever adds to it. */
function sharedCount(clock: { now: number }) {
  const sums = new Map<string, { used: number; endsAt: number }>();
  let asked = 0;
  const count: CountRequests = async (id, more) => {
    asked += 1;
    const known = sums.get(id);
    const sum = known && known.endsAt > clock.now ? known : { used: 0, endsAt: clock.now + 60_000 };
    sum.used += more;
    sums.set(id, sum);
    return { used: sum.used, resetMs: sum.endsAt - clock.now };
  };
  return { count, asked: () => asked };
}

test("never more than the limit pass, however requests spread over processes, and at most 2 % for each further one go unused", async () => {
  const requests = fc.array(fc.nat(3), { minLength: 1, maxLength: 900 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 400 }), requests, async (limit, arrivals) => {
      const { count } = sharedCount({ now: start.getTime() });
      const processes = Array.from({ length: 4 }, () => createLeases(count));
      const taken = await Promise.all(arrivals.map((which) => processes[which]!("key", limit, start)));
      const passed = taken.filter((one) => one.passed).length;
      const block = Math.max(1, Math.floor(limit / 50));
      expect(passed).toBeLessThanOrEqual(limit);
      expect(passed).toBeGreaterThanOrEqual(Math.min(arrivals.length, limit - 3 * (block - 1)));
      for (const { passed: was, remaining } of taken) if (!was) expect(remaining).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test("a busy key is asked for once in 120 requests, and one over its limit not at all", async () => {
  const { count, asked } = sharedCount({ now: start.getTime() });
  const take = createLeases(count);
  for (let index = 0; index < 6_000; index += 1) expect((await take("key", 6_000, start)).passed).toBe(true);
  expect(asked()).toBe(50);
  for (let index = 0; index < 100; index += 1) expect((await take("key", 6_000, start)).passed).toBe(false);
  expect(asked()).toBe(50);
});

test("the next minute begins anew; a raised limit holds at once", async () => {
  const clock = { now: start.getTime() };
  const leases = createLeases(sharedCount(clock).count);
  const take = (id: string, limit: number, now: Date) => {
    clock.now = now.getTime();
    return leases(id, limit, now);
  };
  expect(await take("key", 1, start)).toEqual({ passed: true, limit: 1, remaining: 0, resetSeconds: 60 });
  expect(await take("key", 1, later(30_000))).toMatchObject({ passed: false, resetSeconds: 30 });
  expect(await take("key", 2, later(30_000))).toMatchObject({ passed: true });
  expect(await take("key", 2, later(59_999))).toMatchObject({ passed: false, resetSeconds: 1 });
  expect(await take("key", 2, later(60_000))).toMatchObject({ passed: true, remaining: 1 });
});
