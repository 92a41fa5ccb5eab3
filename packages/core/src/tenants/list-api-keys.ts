import type { Db } from "../db/database.ts";
import type { ApiKey } from "../generated/prisma/client.ts";

/** A tenant's keys, oldest first, the revoked and expired ones too. */
export function listApiKeys(db: Db, tenantId: string): Promise<ApiKey[]> {
  return db.apiKey.findMany({ where: { tenantId }, orderBy: { id: "asc" } });
}
