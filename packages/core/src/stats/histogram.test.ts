import { expect, test } from "vitest";
import { addHistogram, bucketOf, countOf, percentile } from "./histogram.ts";

function histogramOf(times: readonly number[]): Map<number, number> {
  const histogram = new Map<number, number>();
  for (const ms of times) addHistogram(histogram, new Map([[bucketOf(ms), 1]]));
  return histogram;
}

test("every time is within 13 % of the middle of its bucket, up to a month", () => {
  for (let ms = 10; ms < 2_592_000_000; ms *= 1.017) {
    const middle = percentile(histogramOf([ms]), 0.5) ?? 0;
    // Below 100 ms the middle is a whole number of milliseconds.
    expect(Math.abs(middle / ms - 1)).toBeLessThan(ms < 100 ? 0.2 : 0.13);
  }
});

test("percentiles are of the nearest rank", () => {
  const histogram = histogramOf([...Array.from({ length: 19 }, () => 100), 60_000]);
  expect(countOf(histogram)).toBe(20);
  expect(percentile(histogram, 0.95)).toBe(percentile(histogramOf([100]), 0.5));
  expect(percentile(histogram, 0.96)).toBe(percentile(histogramOf([60_000]), 0.5));
  expect(percentile(new Map(), 0.5)).toBeNull();
});
