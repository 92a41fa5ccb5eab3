import type { Db } from "../db/database.ts";
import type { Tenant } from "../generated/prisma/client.ts";

/** By name or by id: a name has no `ten_` with 26 characters after it but by intent. */
export function findTenant(db: Db, nameOrId: string): Promise<Tenant | null> {
  return db.tenant.findFirst({ where: { OR: [{ name: nameOrId }, { id: nameOrId }] } });
}
