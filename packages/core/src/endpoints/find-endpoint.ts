import type { Db } from "../db/database.ts";
import type { EndpointRow } from "./endpoint-row.ts";

/** A tenant's endpoint, unless it is deleted. */
export function findEndpoint(
  db: Pick<Db, "endpoint">,
  who: { tenantId: string; endpointId: string },
): Promise<EndpointRow | null> {
  const { tenantId, endpointId: id } = who;
  return db.endpoint.findFirst({ where: { id, tenantId, kind: "registered", deletedAt: null } });
}

/** There are few: all of a tenant's, newest first. */
export function listEndpoints(db: Pick<Db, "endpoint">, tenantId: string): Promise<EndpointRow[]> {
  return db.endpoint.findMany({ where: { tenantId, kind: "registered", deletedAt: null }, orderBy: { id: "desc" } });
}
