import { expect, test } from "vitest";
import { seriesByDay } from "./series-by-day.ts";

test("every day has a row, the dearest come first", () => {
  const { rows, keys } = seriesByDay("2026-01-01", "2026-01-03", [
    { day: "2026-01-01", value: "a", cost_usd: 1 },
    { day: "2026-01-03", value: "b", cost_usd: 5 },
  ]);
  expect(rows).toEqual([
    { day: "2026-01-01", cost: { a: 1 } },
    { day: "2026-01-02", cost: {} },
    { day: "2026-01-03", cost: { b: 5 } },
  ]);
  expect(keys.map(({ value }) => value)).toEqual(["b", "a"]);
});

test("more values than colours: the rest stands together", () => {
  const entries = Array.from({ length: 9 }, (_, index) => ({
    day: "2026-01-01",
    value: `m${index}`,
    cost_usd: 9 - index,
  }));
  const { rows, keys } = seriesByDay("2026-01-01", "2026-01-01", entries);
  expect(keys.map(({ value }) => value)).toEqual(["m0", "m1", "m2", "m3", "m4", "other"]);
  expect(rows[0]?.cost.other).toBe(4 + 3 + 2 + 1);
});
