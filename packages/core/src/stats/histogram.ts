import { type Sql, sql } from "../db/database.ts";

/**
 * A histogram of times whose buckets grow by a third of a doubling: 96 of them reach from 10 ms to a month, two can be added, and
 * a percentile is at most 13 % off. As JSON, it holds only the buckets that are not empty: {"31": 5}.
 */
export type Histogram = ReadonlyMap<number, number>;

const firstMs = 10;
const perDoubling = 3;
const bucketMax = 95;

/** The bucket of a time, for a statement. The same as bucketOf. */
export function bucketSql(ms: Sql): Sql {
  return sql`least(${bucketMax}::int, floor(${perDoubling} * ln(greatest(${ms}, ${firstMs}) / ${firstMs}::float8) / ln(2::float8) + 1e-9)::int)`;
}

export function bucketOf(ms: number): number {
  return Math.min(bucketMax, Math.floor((perDoubling * Math.log(Math.max(ms, firstMs) / firstMs)) / Math.LN2 + 1e-9));
}

/** Adds one to another. */
export function addHistogram(into: Map<number, number>, other: Histogram): void {
  for (const [bucket, count] of other) into.set(bucket, (into.get(bucket) ?? 0) + count);
}

export function countOf(histogram: Histogram): number {
  return [...histogram.values()].reduce((sum, count) => sum + count, 0);
}

/** The time below which `share` of all are: the geometric middle of its bucket. Null for an empty histogram. */
export function percentile(histogram: Histogram, share: number): number | null {
  const total = countOf(histogram);
  if (total === 0) return null;
  // The nearest rank: of 20 values the p95 is the 19th.
  const rank = Math.max(1, Math.ceil(total * share));
  let seen = 0;
  for (const [bucket, count] of [...histogram].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= rank) return Math.round(firstMs * 2 ** ((bucket + 0.5) / perDoubling));
  }
  return null;
}
