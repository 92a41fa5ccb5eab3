import { type Db, query, sql } from "../db/database.ts";

/** How far a line is counted: beyond it nobody can tell the difference, and the cost stays some milliseconds. */
export const waitingCountMax = 10_000;
/** The chart by the minute reaches back an hour; the rest is room for looking into last night. */
const minutesKeptDays = 3;
/** Tenants may be many, so theirs are kept no longer than the charts reach: an hour by the minute, a week by the hour. */
const tenantMinutesKeptHours = 2;
const tenantPartsKeptDays = 8;

/** Notes how many jobs are at fal and in line just now, for the charts; and drops minutes that no chart shows any more. */
export async function sampleStats(db: Pick<Db, "$queryRaw">, now: Date): Promise<void> {
  await query(
    db,
    sql`with seen as (
          select (select count(*)::int from jobs where state in ('submitting', 'submitted')) as in_flight,
                 (select count(*)::int from (
                   select from jobs where state = 'queued' and queue_at is not null limit ${waitingCountMax}) as line) as waiting
        ), dropped as (
          delete from stats where grain = 'minute' and dimension in ('total', 'model', 'error')
            and at < ${now}::timestamptz - ${minutesKeptDays} * interval '1 day'
        ), dropped_tenants as (
          delete from stats where grain = 'minute' and dimension in ('tenant', 'tenant_model', 'tenant_error')
            and at < ${now}::timestamptz - ${tenantMinutesKeptHours} * interval '1 hour'
        ), dropped_parts as (
          delete from stats where grain = 'hour' and dimension in ('tenant_model', 'tenant_error')
            and at < ${now}::timestamptz - ${tenantPartsKeptDays} * interval '1 day'
        )
        insert into stats as s (grain, at, dimension, value, in_flight_max, waiting_max)
        select g.grain::stats_grain, date_trunc(g.grain, ${now}::timestamptz, 'UTC'), 'total', '', in_flight, waiting
        from seen cross join (values ('minute'), ('hour')) as g(grain) order by 1
        on conflict (grain, dimension, at, value) do update set
          in_flight_max = greatest(s.in_flight_max, excluded.in_flight_max), waiting_max = greatest(s.waiting_max, excluded.waiting_max)
        returning 1`,
  );
}
