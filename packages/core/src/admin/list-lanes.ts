import type { BoundedCount } from "@darkroom/contract/admin/paging";
import { type Db, query, sql } from "../db/database.ts";

/** The jobs of one tenant for one model, in line. */
export type LaneRow = {
  tenantId: string;
  tenantName: string;
  model: string;
  headJobId: string;
  oldestAt: Date;
  waiting: BoundedCount;
};

/** Lanes that are looked at: each costs one step in the index. */
const lanesLookedAt = 1_000;
/** Lanes that are counted and shown: those whose head has waited longest. */
const lanesMax = 100;
/** How far each is counted. */
export const laneCountMax = 1_000;

/**
 * The lanes with the longest waiting heads. They are found by hopping from one to the next in the index, as dispatch does, and
 * counted up to a bound: the cost does not depend on how long they are.
 */
export async function listLanes(db: Pick<Db, "$queryRaw">): Promise<LaneRow[]> {
  const rows = await query<Omit<LaneRow, "waiting"> & { count: number }>(
    db,
    sql`with recursive line(tenant_id, model) as (
          (select tenant_id, model from jobs where state = 'queued' and queue_at is not null order by tenant_id, model limit 1)
          union all
          select next.tenant_id, next.model from line, lateral (
            select j.tenant_id, j.model from jobs j
            where j.state = 'queued' and j.queue_at is not null and (j.tenant_id, j.model) > (line.tenant_id, line.model)
            order by j.tenant_id, j.model limit 1) next
        ), oldest as (
          select line.*, head.* from (select * from line limit ${lanesLookedAt}) line cross join lateral (
            select id as head_id, greatest(created_at, run_at) as since from jobs
            where state = 'queued' and queue_at is not null and tenant_id = line.tenant_id and model = line.model
            order by queue_at, id limit 1) head
          order by head.since limit ${lanesMax}
        )
        select o.tenant_id as "tenantId", t.name as "tenantName", o.model, o.head_id as "headJobId", o.since as "oldestAt",
          (select count(*)::int from (
             select from jobs where state = 'queued' and queue_at is not null and tenant_id = o.tenant_id and model = o.model
             limit ${laneCountMax}) counted) as count
        from oldest o join tenants t on t.id = o.tenant_id order by o.since`,
  );
  return rows.map(({ count, ...row }) => ({ ...row, waiting: bounded(count, laneCountMax) }));
}

/** A count that was stopped at `max`. */
export function bounded(count: number, max: number): BoundedCount {
  return { count, capped: count >= max };
}
