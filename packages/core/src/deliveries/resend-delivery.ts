import { type Db, query, sql } from "../db/database.ts";
import { newId } from "../ids.ts";
import { type DeliveryRow, findDelivery } from "./list-deliveries.ts";

export type ResendResult =
  | { outcome: "created"; delivery: DeliveryRow }
  | { outcome: "not_found" }
  /** Its endpoint is paused, disabled or deleted. */
  | { outcome: "not_enabled" };

/** Sends an event to an endpoint once more: a new delivery with the same event id, so that final ones stay as they are. */
export async function resendDelivery(
  db: Pick<Db, "$queryRaw">,
  who: { tenantId: string; deliveryId: string },
  now: Date,
): Promise<ResendResult> {
  const earlier = await findDelivery(db, who);
  if (!earlier) return { outcome: "not_found" };
  const id = newId("dlv");
  const made = await query(
    db,
    sql`insert into deliveries (id, tenant_id, event_id, endpoint_id, type, url, fifo_key, state, due_at, created_at)
        select ${id}, d.tenant_id, d.event_id, d.endpoint_id, d.type, d.url,
          case p.fifo when 'endpoint' then p.id when 'job' then e.job_id end, 'pending', ${now}::timestamptz, ${now}::timestamptz
        from deliveries d join endpoints p on p.id = d.endpoint_id join events e on e.id = d.event_id
        where d.id = ${earlier.id} and p.state = 'enabled' and p.deleted_at is null returning 1`,
  );
  if (made.length === 0) return { outcome: "not_enabled" };
  const delivery = await findDelivery(db, { tenantId: who.tenantId, deliveryId: id });
  return delivery ? { outcome: "created", delivery } : { outcome: "not_found" };
}
