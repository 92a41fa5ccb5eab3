import fc from "fast-check";
import { expect, test } from "vitest";
import { type AttemptFailure, decideRetry, retryDelayMs } from "./decide-retry.ts";

const now = new Date("2026-11-20T10:00:00Z");
const failure: AttemptFailure = { code: "fal_error", message: "boom", retryable: true, charged: "no" };
const job = { attempt: 1, attemptsMax: 3, deadlineAt: new Date(now.getTime() + 600_000) };

test.each([
  [1, 2_000],
  [2, 4_000],
  [3, 8_000],
  [7, 120_000],
  [50, 120_000],
])("before try %i + 1: %i ms", (tries, ms) => {
  expect(retryDelayMs(tries, 0.5)).toBe(ms);
});

test("jitter stays within a quarter, and what fal asked for is the least", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 1, noNaN: true }), (tries, jitter) => {
      const base = retryDelayMs(tries, 0.5);
      const delay = retryDelayMs(tries, jitter);
      expect(delay).toBeGreaterThanOrEqual(Math.floor(base * 0.75));
      expect(delay).toBeLessThanOrEqual(Math.ceil(base * 1.25));
      expect(retryDelayMs(tries, jitter, 300_000)).toBe(300_000);
    }),
  );
});

test("a retryable failure with tries left and time to spare is retried", () => {
  expect(decideRetry(job, failure, now, 0.5)).toEqual({ action: "retry", dueAt: new Date(now.getTime() + 2_000) });
});

test("fails as too late when only the deadline stands before another try", () => {
  const decision = decideRetry({ ...job, deadlineAt: new Date(now.getTime() + 1_000) }, failure, now, 0.5);
  expect(decision).toMatchObject({
    action: "fail",
    error: { code: "deadline_exceeded", message: expect.stringContaining("boom") },
  });
});

test.each([
  ["it cannot help", job, { ...failure, retryable: false }],
  ["no try is left", { ...job, attempt: 3 }, failure],
])("fails when %s", (_why, given, why) => {
  const decision = decideRetry(given, why, now, 0.5);
  expect(decision).toMatchObject({ action: "fail", error: { code: "fal_error", message: "boom", blame: "fal" } });
});
