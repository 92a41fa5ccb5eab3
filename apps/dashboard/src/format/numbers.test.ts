import { expect, test } from "vitest";
import {
  formatBounded,
  formatBytes,
  formatPercent,
  formatRate,
  formatUsd,
  formatUsdMark,
  formatUsdSum,
  plural,
} from "./numbers.ts";

test("a count that stopped says at least", () => {
  expect(formatBounded({ count: 999, capped: false })).toBe("999");
  expect(formatBounded({ count: 10_000, capped: true })).toBe("≥ 10,000");
});

test("only all is 100 %, and only none is 0 %", () => {
  expect(formatPercent(1)).toBe("100%");
  expect(formatPercent(0.99999)).toBe("99.9%");
  expect(formatPercent(0.00001)).toBe("0.1%");
  expect(formatPercent(0)).toBe("0%");
  expect(formatPercent(0.5)).toBe("50%");
});

test("fractions of a cent are shown", () => {
  expect(formatUsd(0)).toBe("$0.00");
  expect(formatUsd(0.0052)).toBe("$0.0052");
  expect(formatUsd(0.000123)).toBe("$0.000123");
  expect(formatUsd(0.25)).toBe("$0.2500");
  expect(formatUsd(1)).toBe("$1.00");
  expect([0, 0.05, 0.15, 1_500].map(formatUsdMark)).toEqual(["$0", "$0.05", "$0.15", "$1.5K"]);
  expect([0.75, 1.5, 2.25, 3].map(formatUsdMark)).toEqual(["$0.75", "$1.50", "$2.25", "$3"]);
  expect([0.005, 0.015, 0.0025].map(formatUsdMark)).toEqual(["$0.005", "$0.015", "$0.0025"]);
  expect([0, 0.001, 0.25, 1234.5].map(formatUsdSum)).toEqual(["$0.00", "< $0.01", "$0.25", "$1,234.50"]);
  expect(formatUsd(1234.5)).toBe("$1,234.50");
});

test("rates, sizes and plurals", () => {
  expect(formatRate(0)).toBe("0");
  expect(formatRate(0.01)).toBe("< 0.1");
  expect(formatRate(12.34)).toBe("12.3");
  expect(formatBytes(999)).toBe("999 B");
  expect(formatBytes(1_240_000)).toBe("1.2 MB");
  expect(plural(1, "job")).toBe("1 job");
  expect(plural(1_200, "job")).toBe("1,200 jobs");
});
