import { type Db, query, sql } from "../db/database.ts";
import type { PhaseTimes } from "./read-stats.ts";

/** Deliveries that are looked at, newest first. */
const deliveriesMax = 1_000;

/** How long deliveries took from their event until they were delivered: of the last thousand, those within the range. */
export async function readDeliveriesPhase(db: Pick<Db, "$queryRaw">, from: Date): Promise<PhaseTimes> {
  const rows = await query<{ count: number; p50: number | null; p95: number | null }>(
    db,
    sql`select count(*)::int as count, percentile_disc(0.5) within group (order by ms) as p50, percentile_disc(0.95) within group (order by ms) as p95
        from (select state, finished_at, (extract(epoch from finished_at - created_at) * 1000)::float8 as ms
              from deliveries order by id desc limit ${deliveriesMax}) recent
        where state = 'delivered' and finished_at >= ${from}::timestamptz`,
  );
  const { count = 0, p50 = null, p95 = null } = rows[0] ?? {};
  return { phase: "delivering", count, p50_ms: p50, p95_ms: p95 };
}
