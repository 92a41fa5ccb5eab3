import { raw, type Sql, sql } from "../db/database.ts";
import { bucketSql } from "./histogram.ts";

/**
 * Adds ended jobs to the dashboard's kept sums: common table expressions that read usage entries from `source`. In all, by model and by
 * error; by tenant, and by minute and hour also by tenant with model or error. The times of each phase are kept as counts per bucket, so that percentiles
 * over any range follow by adding rows up. `minutesSince`: for filling in the past, whose minutes no chart shows.
 */
export function statsOf(source: string, minutesSince?: Date): Sql {
  const minuteIsKept = minutesSince ? sql`e.ended_at >= ${minutesSince}::timestamptz` : sql`true`;
  return sql`stat_row as (
      select g.grain::stats_grain as grain, date_trunc(g.grain, e.ended_at, 'UTC') as at, d.dimension, d.value,
             e.state, e.cost_micros, e.waiting_ms, e.fal_ms, e.copying_ms
      from ${raw(source)} e cross join (values ('minute'), ('hour'), ('day')) as g(grain)
      cross join lateral (
        values ('total', '', true), ('model', e.model, true), ('tenant', e.tenant_id, true), ('error', e.error_code, e.error_code is not null),
               ('tenant_model', e.tenant_id || ' ' || e.model, g.grain <> 'day'),
               ('tenant_error', e.tenant_id || ' ' || e.error_code, g.grain <> 'day' and e.error_code is not null)
      ) as d(dimension, value, kept)
      where d.kept and (g.grain <> 'minute' or ${minuteIsKept})
    ), stat_sum as (
      select grain, at, dimension, value, count(*) filter (where state = 'succeeded')::int as succeeded,
             count(*) filter (where state = 'failed')::int as failed, count(*) filter (where state = 'canceled')::int as canceled,
             sum(cost_micros)::bigint as cost_micros
      from stat_row group by 1, 2, 3, 4
    ), stat_time as (
      select grain, at, dimension, value, p.phase || ':' || ${bucketSql(sql`p.ms`)} as key, count(*) as times
      from stat_row cross join lateral (
        values ('waiting', waiting_ms), ('fal', fal_ms), ('copying', copying_ms), ('all', waiting_ms + fal_ms + copying_ms)
      ) as p(phase, ms)
      where p.ms is not null and dimension in ('total', 'model', 'tenant') group by 1, 2, 3, 4, 5
    ), stat_times as (
      select grain, at, dimension, value, jsonb_object_agg(key, times) as times from stat_time group by 1, 2, 3, 4
    ), stat as (
      insert into stats as s (grain, at, dimension, value, succeeded, failed, canceled, cost_micros, times)
      select c.grain, c.at, c.dimension, c.value, c.succeeded, c.failed, c.canceled, c.cost_micros, coalesce(t.times, '{}')
      from stat_sum c left join stat_times t using (grain, at, dimension, value)
      -- In one order everywhere, so that two processes never wait for each other in a circle.
      order by 1, 2, 3, 4
      on conflict (grain, dimension, at, value) do update set
        succeeded = s.succeeded + excluded.succeeded, failed = s.failed + excluded.failed, canceled = s.canceled + excluded.canceled,
        cost_micros = s.cost_micros + excluded.cost_micros, times = ${addTimes("s", "excluded")}
      returning 1
    )`;
}

/** Two objects of counts, added up. */
export function addTimes(one: string, other: string): Sql {
  const [a, b] = [raw(one), raw(other)];
  return sql`(select coalesce(jsonb_object_agg(key, times), '{}') from (
      select key, sum(value::bigint) as times from (
        select * from jsonb_each_text(${a}.times) union all select * from jsonb_each_text(${b}.times)) as both_times
      group by key) as added)`;
}
