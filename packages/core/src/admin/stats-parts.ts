import { type Sql, sql } from "../db/database.ts";
import type { Steps } from "./stats-range.ts";

/**
 * The kept sums of a range by model or by error, over all tenants or of one: a condition on `stats`. Of a tenant each step and name
 * is looked up by itself: a range would read the rows of every tenant.
 */
export function partsOf(
  { grain, from, starts }: Steps,
  part: "model" | "error",
  tenant: { id: string; names: readonly string[] } | null,
): Sql {
  if (tenant === null) return sql`grain = ${grain}::stats_grain and dimension = ${part} and at >= ${from}::timestamptz`;
  return sql`grain = ${grain}::stats_grain and dimension = ${`tenant_${part}`} and at = any(${starts}::timestamptz[])
    and value = any(${tenant.names.map((name) => `${tenant.id} ${name}`)}::text[])`;
}

/** What such a row is of, without its tenant. */
export function partName(tenant: unknown): Sql {
  return tenant === null ? sql`value` : sql`split_part(value, ' ', 2)`;
}
