import { type Db, query, sql } from "../db/database.ts";
import { statsOf } from "../stats/stats-of.ts";

/** Ended jobs counted per round: a round is one statement of some tens of milliseconds. */
const batchMax = 2_000;

/**
 * Adds ended jobs to the kept sums (per tenant and day here, for the dashboard in stats/stats-of.ts), by batches instead of row by row in the statement that ends a job: a busy tenant's sums are
 * then written a few times a second, not once a job. Several processes may do it at once. Returns how many jobs were counted.
 */
export async function rollUpUsage(
  db: Pick<Db, "$queryRaw">,
  options: { max?: number; minutesSince?: Date } = {},
): Promise<number> {
  const rows = await query<{ count: number }>(
    db,
    sql`with taken as (
          -- An array, made once: where the table was empty when Postgres last counted, it would look for each row in a batch of its own.
          delete from usage_entries where id = any(array(
            select id from usage_entries order by id limit ${options.max ?? batchMax}::int for update skip locked))
          returning *
        ), counted as (
          select tenant_id, (ended_at at time zone 'UTC')::date as day, d.dimension, d.value,
                 count(*) filter (where state = 'succeeded')::int as succeeded, count(*) filter (where state = 'failed')::int as failed,
                 count(*) filter (where state = 'canceled')::int as canceled, sum(cost_micros)::bigint as cost
          from taken cross join lateral (
            select 'total' as dimension, '' as value union all select 'model', model
            union all select 'key', api_key_id where api_key_id is not null
            union all select 'tag', tag from unnest(tags) as tag
          ) d
          group by 1, 2, 3, 4
        ), kept as (
          insert into usage_days as u (tenant_id, day, dimension, value, succeeded, failed, canceled, cost_micros)
          -- In one order everywhere, so that two processes never wait for each other in a circle.
          select * from counted order by 1, 2, 3, 4
          on conflict (tenant_id, day, dimension, value) do update set
            succeeded = u.succeeded + excluded.succeeded, failed = u.failed + excluded.failed,
            canceled = u.canceled + excluded.canceled, cost_micros = u.cost_micros + excluded.cost_micros
          returning 1
        ), ${statsOf("taken", options.minutesSince)}
        select count(*)::int as count from taken`,
  );
  return rows[0]?.count ?? 0;
}
