import type { Db } from "../db/database.ts";
import type { Tenant } from "../generated/prisma/client.ts";

/** For operators; there are few tenants, so they come all at once. */
export function listTenants(db: Db): Promise<Tenant[]> {
  return db.tenant.findMany({ orderBy: { name: "asc" } });
}
