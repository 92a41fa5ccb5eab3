import type { AdminDelivery } from "@darkroom/contract/admin/endpoints";
import type { DeliveryState } from "@darkroom/contract/deliveries";
import { columnsOf, type Db, empty, join, query, type Sql, sql } from "../db/database.ts";
import type { DeliveryRow } from "../deliveries/list-deliveries.ts";
import { toWireDelivery } from "../deliveries/to-wire.ts";
import { Prisma } from "../generated/prisma/client.ts";

export type DeliverySearch = {
  tenantId?: string | undefined;
  endpointId?: string | undefined;
  type?: string | undefined;
  state?: DeliveryState | undefined;
  jobId?: string | undefined;
};

/** Deliveries one page looks at (find-jobs.ts has the reasons). */
const walkMax = 10_000;

type Row = DeliveryRow & { tenantName: string; heldUntil: Date | null; fits: boolean; last: boolean; place: number };

/** A page of all tenants' deliveries, newest first. It may come short, or empty, and still lead on. */
export async function listDeliveries(
  db: Pick<Db, "$queryRaw">,
  page: { search: DeliverySearch; beforeId: string | null; limit: number },
): Promise<{ deliveries: AdminDelivery[]; nextId: string | null }> {
  const { search, beforeId, limit } = page;
  const before = beforeId === null ? empty : sql`and id < ${beforeId}`;
  const rows = await query<Row>(
    db,
    sql`select ${columnsOf(Prisma.DeliveryScalarFieldEnum, "d")}, e.job_id as "jobId", p.url as "endpointUrl", p.kind as "endpointKind",
               t.name as "tenantName", greatest(p.blocked_until, case when p.opened_at is not null then p.probe_at end) as "heldUntil", d.fits, d.last, d.place::int
        from (select w.*, ${fitsOf(search)} as fits, row_number() over (order by w.id desc) as place,
                     lead(w.id) over (order by w.id desc) is null as last
              from (select * from deliveries where ${rangeOf(search)} ${before} order by id desc limit ${walkMax}) w) d
        join endpoints p on p.id = d.endpoint_id join tenants t on t.id = d.tenant_id left join events e on e.id = d.event_id
        where d.fits or d.last order by d.id desc limit ${limit + 2}`,
  );
  const fitting = rows.filter(({ fits }) => fits);
  const shown = fitting.slice(0, limit);
  const end = rows.find(({ last }) => last);
  const isCut = fitting.length > limit;
  const more = isCut || (end?.place ?? 0) >= walkMax;
  return { deliveries: shown.map(toAdminDelivery), nextId: more ? ((isCut ? shown.at(-1) : end)?.id ?? null) : null };
}

function toAdminDelivery(row: Row): AdminDelivery {
  return {
    ...toWireDelivery(row),
    tenant: { id: row.tenantId, name: row.tenantName },
    held_until: row.state === "pending" ? (row.heldUntil?.toISOString() ?? null) : null,
  };
}

/** What is walked: a range of an index that ends with the id. */
function rangeOf({ endpointId, tenantId, jobId }: DeliverySearch): Sql {
  if (jobId !== undefined) return sql`event_id in (select id from events where job_id = ${jobId})`;
  if (endpointId !== undefined) return sql`endpoint_id = ${endpointId}`;
  return tenantId === undefined ? sql`true` : sql`tenant_id = ${tenantId}`;
}

function fitsOf({ tenantId, endpointId, type, state }: DeliverySearch): Sql {
  const conditions: Sql[] = [sql`true`];
  if (tenantId !== undefined) conditions.push(sql`w.tenant_id = ${tenantId}`);
  if (endpointId !== undefined) conditions.push(sql`w.endpoint_id = ${endpointId}`);
  if (type !== undefined) conditions.push(sql`w.type = ${type}`);
  if (state !== undefined) conditions.push(sql`w.state = ${state}::delivery_state`);
  return join(conditions, " and ");
}
