import type { DeliveryDetail } from "@darkroom/contract/deliveries";
import type { Database } from "../db/database.ts";
import type { Links } from "../links.ts";
import { findDelivery } from "./list-deliveries.ts";
import { toWireDetail } from "./to-wire.ts";

/** A tenant's delivery with its request and every attempt. */
export async function readDelivery(
  db: Database,
  who: { tenantId: string; deliveryId: string },
  links: Links,
): Promise<DeliveryDetail | null> {
  const row = await findDelivery(db, who);
  if (!row) return null;
  const [event, attempts, endpoint] = await Promise.all([
    db.event.findUnique({ where: { id: row.eventId } }),
    db.deliveryAttempt.findMany({ where: { deliveryId: row.id }, orderBy: { number: "asc" } }),
    db.endpoint.findUnique({ where: { id: row.endpointId }, select: { headerNames: true } }),
  ]);
  return toWireDetail(row, { event, attempts, endpoint }, links);
}
