import { expect, test } from "vitest";
import { firstCheckAt, nextCheckAt } from "./check-times.ts";

const now = new Date("2026-11-20T10:00:00Z");
const after = (at: Date) => at.getTime() - now.getTime();
const deadlineAt = new Date(now.getTime() + 3_600_000);

test.each([
  [1_000, 15_000],
  [10_000, 40_000],
  [600_000, 120_000],
])("with a webhook, a job expected to take %i ms is first looked at after %i ms", (expectedMs, ms) => {
  expect(after(firstCheckAt(now, { expectedMs, webhook: true, deadlineAt }))).toBe(ms);
});

test.each([
  [400, 500],
  [4_000, 1_000],
])("without one, a job expected to take %i ms is first looked at after %i ms", (expectedMs, ms) => {
  expect(after(firstCheckAt(now, { expectedMs, webhook: false, deadlineAt }))).toBe(ms);
});

test("later looks space out, within bounds that stay well inside fal's six minutes", () => {
  const webhook = [0, 1, 2, 3, 4, 10].map((tries) => after(nextCheckAt(now, { tries, webhook: true, deadlineAt })));
  expect(webhook).toEqual([10_000, 15_000, 22_500, 33_750, 50_625, 60_000]);
  const polling = [0, 1, 5, 10].map((tries) => after(nextCheckAt(now, { tries, webhook: false, deadlineAt })));
  expect(polling).toEqual([500, 750, 3_796.875, 10_000].map(Math.floor));
});

test("a look is due at the deadline, and past it every few seconds", () => {
  const soon = new Date(now.getTime() + 3_000);
  expect(firstCheckAt(now, { expectedMs: 60_000, webhook: true, deadlineAt: soon })).toEqual(soon);
  const past = new Date(now.getTime() - 1);
  expect(after(nextCheckAt(now, { tries: 9, webhook: true, deadlineAt: past }))).toBe(5_000);
});
