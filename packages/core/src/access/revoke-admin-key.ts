import type { Database } from "../db/database.ts";
import type { AdminKey } from "../generated/prisma/client.ts";

/** Ends a key; null if there is none. */
export async function revokeAdminKey(db: Pick<Database, "adminKey">, id: string, now: Date): Promise<AdminKey | null> {
  await db.adminKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } });
  return db.adminKey.findUnique({ where: { id } });
}
