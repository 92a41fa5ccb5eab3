import { expect, test } from "vitest";
import { createHeavyWork, nextAtOnce } from "./heavy-work.ts";

test.each([
  ["more while the process has time and some wait", { atOnce: 16, active: 16, waiting: 9 }, 0.2, 18],
  ["never more than may be", { atOnce: 39, active: 39, waiting: 9 }, 0.2, 40],
  ["few while it is busy", { atOnce: 30, active: 30, waiting: 9 }, 0.9, 16],
  ["as many as there are, where none wait", { atOnce: 30, active: 22, waiting: 0 }, 0.2, 22],
  ["from few on after a pause", { atOnce: 30, active: 0, waiting: 0 }, 0, 16],
])("%s", (_name, load, utilization, atOnce) => {
  expect(nextAtOnce(load, utilization, 40)).toBe(atOnce);
});

test("one at a time where no more are allowed", () => {
  expect(nextAtOnce({ atOnce: 1, active: 1, waiting: 5 }, 0, 1)).toBe(1);
  expect(nextAtOnce({ atOnce: 1, active: 0, waiting: 0 }, 0.9, 1)).toBe(1);
});

test("begins with few, and does all", async () => {
  const heavy = createHeavyWork(40);
  let active = 0;
  const seen: number[] = [];
  const work = async () => {
    active += 1;
    seen.push(active);
    await new Promise((resolve) => setImmediate(resolve));
    active -= 1;
  };
  await Promise.all(Array.from({ length: 40 }, () => heavy.run(work)));
  heavy.close();
  expect(seen).toHaveLength(40);
  expect(seen.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  expect(seen[16]).toBeLessThanOrEqual(16);
});
