import { type Db, query, sql } from "../db/database.ts";

/** Ledger entries per run: one statement of some tens of milliseconds. */
const batchMax = 5_000;

/**
 * Adds the ledger's new entries to the kept sums of what was reserved, and of which reservations were closed. Ids of the ledger are
 * given out before they are committed, so a lower one may appear after a higher one: what one run sees as the newest is only added
 * by a later run, when every transaction that was under way then has ended. Returns whether there is more to add at once.
 */
export async function rollUpReservations(
  db: Pick<Db, "$queryRaw">,
  { max = batchMax }: { max?: number } = {},
): Promise<boolean> {
  const rows = await query<{ isFull: boolean }>(
    db,
    sql`with held as (
          select position, fence_id, fence_xid from roll_ups where name = 'spend' for update skip locked
        ), ready as (
          select position, fence_id from held
          where fence_id is not null and pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= fence_xid
        ), taken as (
          select e.* from spend_entries e, ready where e.id > ready.position and e.id <= ready.fence_id
          order by e.id limit ${max}::int
        ), moved as (
          select d.dimension, d.value, date_trunc('day', t.created_at, 'UTC') as at,
                 case when t.kind = 'reserve' then t.amount_micros else 0 end as reserved,
                 case when t.kind in ('settle', 'release') then r.amount_micros else 0 end as freed
          from taken t join jobs j on j.id = t.job_id
          left join spend_entries r on r.job_id = t.job_id and r.round = t.round and r.kind = 'reserve'
          cross join lateral (values ('total', ''), ('model', j.model), ('tenant', t.tenant_id)) as d(dimension, value)
        ), kept as (
          insert into stats as s (grain, at, dimension, value, reserved_micros, freed_micros)
          select 'day'::stats_grain, at, dimension, value, sum(reserved)::bigint, coalesce(sum(freed), 0)::bigint from moved group by 2, 3, 4 order by 1, 2, 3, 4
          on conflict (grain, dimension, at, value) do update set
            reserved_micros = s.reserved_micros + excluded.reserved_micros, freed_micros = s.freed_micros + excluded.freed_micros
          returning 1
        ), read as (
          select count(*) = ${max}::int as is_full, max(id) as last from taken
        ), noted as (
          update roll_ups u set
            position = case when ready.position is null then u.position when read.is_full then read.last else ready.fence_id end,
            -- A full batch keeps its fence: the rest of it is ready already.
            fence_id = case when read.is_full or (u.fence_id is not null and ready.position is null) then u.fence_id
              else (select max(id) from spend_entries) end,
            fence_xid = case when read.is_full or (u.fence_id is not null and ready.position is null) then u.fence_xid
              else pg_snapshot_xmax(pg_current_snapshot())::text::bigint end
          from held left join ready on true cross join read where u.name = 'spend'
          returning 1
        )
        select is_full as "isFull" from read`,
  );
  return rows[0]?.isFull ?? false;
}
