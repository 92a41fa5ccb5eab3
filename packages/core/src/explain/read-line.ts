import { type Db, query, sql } from "../db/database.ts";

/** How far lines are counted: enough to tell "soon" from "not today", and bounded however long the backlog. */
export const placeMax = 1_000;

export type LineRow = {
  tenantPausedAt: Date | null;
  tenantInFlightMax: number | null;
  /** Jobs of the tenant that go before this one. */
  before: number;
  /** The same over all tenants, each taken up to what fair rounds give it. */
  beforeOverall: number;
  /** How long recent generations took, in milliseconds; null if there were none. */
  recentMs: number | null;
};

/** Where a queued job stands: counted from the lines' index, up to a bound. */
export async function readLine(
  db: Pick<Db, "$queryRaw">,
  job: { id: string; tenantId: string; model: string; queueAt: Date },
): Promise<LineRow> {
  const rows = await query<LineRow>(
    db,
    sql`with me as (select id, weight, paused_at, in_flight_max from tenants where id = ${job.tenantId}),
        mine as (
          select count(*)::int as n from (
            select 1 from jobs where state = 'queued' and queue_at is not null and tenant_id = ${job.tenantId}
              -- The first condition says it again in a form the index takes (a skip scan over the tenant's models).
              and queue_at <= ${job.queueAt}::timestamptz and (queue_at, id) < (${job.queueAt}::timestamptz, ${job.id}) limit ${placeMax}) q
        ), others as (
          select coalesce(sum(least(backlog.n, ceil((mine.n + 1) * t.weight::float8 / me.weight))), 0)::int as n
          from mine, me, tenants t cross join lateral (
            select count(*)::int as n from (
              select 1 from jobs where state = 'queued' and queue_at is not null and tenant_id = t.id limit ${placeMax}) q
          ) backlog
          where t.id <> me.id and t.paused_at is null
        )
        select me.paused_at as "tenantPausedAt", me.in_flight_max as "tenantInFlightMax", mine.n as before,
               (mine.n + others.n)::int as "beforeOverall",
               (select avg(ms)::float8 from (
                  select extract(epoch from generated_at - submitted_at) * 1000 as ms from jobs
                  where tenant_id = ${job.tenantId} and state = 'succeeded' and model = ${job.model} and submitted_at is not null
                  order by id desc limit 20) recent) as "recentMs"
        from me, mine, others`,
  );
  const row = rows[0];
  if (!row) throw new Error(`the tenant of job ${job.id} is missing`);
  return row;
}
