import type { AdminDelivery } from "@darkroom/contract/admin/endpoints";
import type { DeliveryState } from "@darkroom/contract/deliveries";
import { columnsOf, type Db, join, plannedAnew, query, type Sql, sql } from "../db/database.ts";
import type { DeliveryRow } from "../deliveries/list-deliveries.ts";
import { toWireDelivery } from "../deliveries/to-wire.ts";
import { Prisma } from "../generated/prisma/client.ts";
import { type Range, type Walked, walk } from "./walk.ts";
import { startAt, walkMax, walkOn } from "./walk-on.ts";

export type DeliverySearch = {
  tenantId?: string | undefined;
  endpointId?: string | undefined;
  type?: string | undefined;
  state?: DeliveryState | undefined;
  jobId?: string | undefined;
};

type Row = DeliveryRow & Walked & { tenantName: string; heldUntil: Date | null };

/** A page of all tenants' deliveries, newest first. It may come short, or empty, and still lead on (find-jobs.ts has the reasons). */
export async function listDeliveries(
  db: Pick<Db, "$queryRaw">,
  page: { search: DeliverySearch; beforeId: string | null; limit: number },
): Promise<{ deliveries: AdminDelivery[]; nextId: string | null }> {
  const { search, beforeId, limit } = page;
  const ranges = search.state === "pending" ? await pendingOf(db, search) : rangeOf(search);
  const found = await walkOn(startAt<Row>(beforeId), { limit, max: walkMax }, (stretch) =>
    readStretch(db, { search, ranges, ...stretch }),
  );
  return { deliveries: found.rows.map(toAdminDelivery), nextId: found.nextId };
}

type Order = { search: DeliverySearch; beforeId: string | null; limit: number; ranges: Range[]; max: number };

function readStretch(db: Pick<Db, "$queryRaw">, { search, beforeId, limit, ranges, max }: Order): Promise<Row[]> {
  const bounds = beforeId === null ? [] : [sql`id < ${beforeId}`];
  return query<Row>(
    db,
    plannedAnew(sql`select ${columnsOf(Prisma.DeliveryScalarFieldEnum, "d")}, e.job_id as "jobId", p.url as "endpointUrl",
        p.kind as "endpointKind", t.name as "tenantName", d.place, d.last, ${fitsOf(search)} as fits,
        greatest(p.blocked_until, case when p.opened_at is not null then p.probe_at end) as "heldUntil"
      from ${walk({ table: "deliveries", ranges, bounds, max })} d join endpoints p on p.id = d.endpoint_id join tenants t on t.id = d.tenant_id
      left join events e on e.id = d.event_id
      where (${fitsOf(search)}) or d.last order by d.walked desc limit ${limit + 2}`),
  );
}

function toAdminDelivery(row: Row): AdminDelivery {
  return {
    ...toWireDelivery(row),
    tenant: { id: row.tenantId, name: row.tenantName },
    held_until: row.state === "pending" ? (row.heldUntil?.toISOString() ?? null) : null,
  };
}

/** Taken whole up to this size; where more wait, some are among the newest. */
const pendingMax = 5_000;

/** Those that wait may lie behind thousands that arrived, and an index has them alone. */
async function pendingOf(db: Pick<Db, "$queryRaw">, search: DeliverySearch): Promise<Range[]> {
  const ofOne = search.endpointId === undefined ? sql`true` : sql`endpoint_id = ${search.endpointId}`;
  const rows = await query<{ id: string }>(
    db,
    sql`select id from deliveries where state = 'pending' and ${ofOne} limit ${pendingMax + 1}::int`,
  );
  return rows.length > pendingMax ? rangeOf(search) : [{ where: sql`id = any(${rows.map(({ id }) => id)}::text[])` }];
}

/** What is walked. */
function rangeOf({ endpointId, tenantId, jobId, state }: DeliverySearch): Range[] {
  if (jobId !== undefined) return [{ where: sql`event_id in (select id from events where job_id = ${jobId})` }];
  if (endpointId !== undefined) return [{ by: ["endpoint_id", sql`${endpointId}`] }];
  if (tenantId !== undefined) return [{ by: ["tenant_id", sql`${tenantId}`] }];
  return state === "exhausted" ? [{ where: sql`state = 'exhausted'` }] : [];
}

function fitsOf({ tenantId, endpointId, type, state }: DeliverySearch): Sql {
  const conditions: Sql[] = [sql`true`];
  if (tenantId !== undefined) conditions.push(sql`d.tenant_id = ${tenantId}`);
  if (endpointId !== undefined) conditions.push(sql`d.endpoint_id = ${endpointId}`);
  if (type !== undefined) conditions.push(sql`d.type = ${type}`);
  if (state !== undefined) conditions.push(sql`d.state = ${state}::delivery_state`);
  return join(conditions, " and ");
}
