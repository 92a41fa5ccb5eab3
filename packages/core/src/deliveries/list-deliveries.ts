import type { DeliveryState } from "@darkroom/contract/deliveries";
import { columnsOf, type Db, empty, plannedAnew, query, type Sql, sql } from "../db/database.ts";
import { type Delivery, Prisma } from "../generated/prisma/client.ts";

/** A delivery with what its log shows of its event and its endpoint. */
export type DeliveryRow = Delivery & {
  jobId: string | null;
  endpointUrl: string;
  endpointKind: "registered" | "job_url";
};

export type DeliveryFilter = {
  endpointId?: string | undefined;
  eventId?: string | undefined;
  type?: string | undefined;
  state?: DeliveryState | undefined;
  jobId?: string | undefined;
};

type Page = { tenantId: string; filter: DeliveryFilter; beforeId: string | null; limit: number };

/** A page of a tenant's deliveries, newest first, and whether there are more. */
export async function listDeliveries(
  db: Pick<Db, "$queryRaw">,
  page: Page,
): Promise<{ deliveries: DeliveryRow[]; more: boolean }> {
  const before = page.beforeId ? sql`and d.id < ${page.beforeId}` : empty;
  const rows = await query<DeliveryRow>(
    db,
    plannedAnew(
      sql`${selectDeliveries} where d.tenant_id = ${page.tenantId} ${before} ${conditions(page.filter)}
          order by d.id desc limit ${page.limit + 1}::int`,
    ),
  );
  return { deliveries: rows.slice(0, page.limit), more: rows.length > page.limit };
}

export async function findDelivery(
  db: Pick<Db, "$queryRaw">,
  who: { tenantId: string; deliveryId: string },
): Promise<DeliveryRow | null> {
  const rows = await query<DeliveryRow>(
    db,
    sql`${selectDeliveries} where d.id = ${who.deliveryId} and d.tenant_id = ${who.tenantId}`,
  );
  return rows[0] ?? null;
}

const selectDeliveries = sql`select ${columnsOf(Prisma.DeliveryScalarFieldEnum, "d")}, e.job_id as "jobId",
    p.url as "endpointUrl", p.kind as "endpointKind"
  from deliveries d join endpoints p on p.id = d.endpoint_id left join events e on e.id = d.event_id`;

function conditions({ endpointId, eventId, type, state, jobId }: DeliveryFilter): Sql {
  const byEndpoint = endpointId ? sql`and d.endpoint_id = ${endpointId}` : empty;
  const byEvent = eventId ? sql`and d.event_id = ${eventId}` : empty;
  const byType = type ? sql`and d.type = ${type}` : empty;
  const byState = state ? sql`and d.state = ${state}::delivery_state` : empty;
  const byJob = jobId ? sql`and d.event_id in (select id from events where job_id = ${jobId})` : empty;
  return sql`${byEndpoint} ${byEvent} ${byType} ${byState} ${byJob}`;
}
