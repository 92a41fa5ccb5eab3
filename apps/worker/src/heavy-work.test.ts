import { expect, test } from "vitest";
import { createHeavyWork, nextAtOnce } from "./heavy-work.ts";

test.each([
  ["more while the process has time and some wait", { atOnce: 4, active: 4, waiting: 9 }, 0.2, 6],
  ["never more than may be", { atOnce: 39, active: 39, waiting: 9 }, 0.2, 40],
  ["few while it is busy", { atOnce: 30, active: 30, waiting: 9 }, 0.9, 4],
  ["as many as there are, where none wait", { atOnce: 30, active: 12, waiting: 0 }, 0.2, 12],
  ["from few on after a pause", { atOnce: 30, active: 0, waiting: 0 }, 0, 4],
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
  await Promise.all(Array.from({ length: 20 }, () => heavy.run(work)));
  heavy.close();
  expect(seen).toHaveLength(20);
  expect(seen.slice(0, 4)).toEqual([1, 2, 3, 4]);
  expect(seen[4]).toBeLessThanOrEqual(4);
});
