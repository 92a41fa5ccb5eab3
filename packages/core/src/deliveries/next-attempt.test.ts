import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { envSchema } from "../env.ts";
import { nextAttemptAt, windowEndsAt } from "./next-attempt.ts";

const now = new Date("2026-11-20T10:00:00Z");
const pausesSeconds = envSchema.shape.DELIVERY_RETRY_SECONDS.parse(undefined);
const calm = { overloaded: false, retryAfterMs: null };

function waits(number: number, failure = calm as { overloaded: boolean; retryAfterMs: number | null }, jitter = 0.5) {
  const at = nextAttemptAt({ number, failure, now, jitter }, pausesSeconds);
  return at && (at.getTime() - now.getTime()) / 1000;
}

test("the default schedule is Standard Webhooks': ten attempts in 75 h 35 min", () => {
  const all = pausesSeconds.map((_, index) => waits(index + 1));
  expect(all).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, null]);
  expect(pausesSeconds.reduce((sum, pause) => sum + pause, 0) / 60).toBe(75 * 60 + 35 + 5 / 60);
});

describe("a pause", () => {
  test("varies by a fifth", () => {
    expect([waits(2, calm, 0), waits(2, calm, 1)]).toEqual([240, 360]);
  });

  test("is a minute at least after a 429 or a timeout", () => {
    expect(waits(1, { overloaded: true, retryAfterMs: null })).toBe(60);
    expect(waits(3, { overloaded: true, retryAfterMs: null })).toBe(1_800);
  });

  test("is as long as Retry-After asks, within bounds", () => {
    expect(waits(1, { overloaded: false, retryAfterMs: 30_000 })).toBe(30);
    expect(waits(1, { overloaded: true, retryAfterMs: 9_999_999 })).toBe(120);
    expect(waits(2, { overloaded: false, retryAfterMs: 1_000 })).toBe(300);
    expect(waits(2, { overloaded: false, retryAfterMs: 9_999_999 })).toBe(600);
  });
});

test("a delivery that is tried in time ends within its window, unless every Retry-After is used to the full", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 10, maxLength: 10 }), (dice) => {
      let at: Date | null = now;
      for (const [index, jitter] of dice.entries()) {
        at = at && nextAttemptAt({ number: index + 1, failure: calm, now: at, jitter }, pausesSeconds);
        if (at) expect(at < windowEndsAt(now, pausesSeconds)).toBe(true);
      }
      expect(at).toBeNull();
    }),
  );
});
