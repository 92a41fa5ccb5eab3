import { type Db, query, sql } from "../db/database.ts";
import { bucketSql } from "./histogram.ts";
import { addTimes } from "./stats-of.ts";

/** Deliveries counted per run: one statement of some milliseconds. */
const batchMax = 2_000;

/**
 * Adds how long deliveries took to the kept sums, in all and by tenant, in the statement that deletes what it counted (as rollUpUsage
 * does for jobs). Several processes may do it at once. Returns how many were counted. `minutesSince`: for filling in the past, whose
 * minutes no chart shows.
 */
export async function rollUpDeliveries(
  db: Pick<Db, "$queryRaw">,
  options: { max?: number; minutesSince?: Date } = {},
): Promise<number> {
  const { max = batchMax, minutesSince } = options;
  const isKept = minutesSince ? sql`g.grain <> 'minute' or t.delivered_at >= ${minutesSince}::timestamptz` : sql`true`;
  const rows = await query<{ count: number }>(
    db,
    sql`with taken as (
          -- An array, made once (rollUpUsage has the reason).
          delete from delivery_times where id = any(array(
            select id from delivery_times order by id limit ${max}::int for update skip locked))
          returning *
        ), counted as (
          select g.grain::stats_grain as grain, date_trunc(g.grain, t.delivered_at, 'UTC') as at, d.dimension, d.value,
                 'delivering:' || ${bucketSql(sql`t.ms`)} as key, count(*) as times
          from taken t cross join (values ('minute'), ('hour')) as g(grain)
          cross join lateral (values ('total', ''), ('tenant', t.tenant_id)) as d(dimension, value)
          where ${isKept} group by 1, 2, 3, 4, 5
        ), kept as (
          insert into stats as s (grain, at, dimension, value, times)
          -- In one order everywhere, so that two processes never wait for each other in a circle.
          select grain, at, dimension, value, jsonb_object_agg(key, times) from counted group by 1, 2, 3, 4 order by 1, 2, 3, 4
          on conflict (grain, dimension, at, value) do update set times = ${addTimes("s", "excluded")}
          returning 1
        )
        select count(*)::int as count from taken`,
  );
  return rows[0]?.count ?? 0;
}
