import type { Db } from "../db/database.ts";
import type { File } from "../generated/prisma/client.ts";

/** Marks a tenant's file as gone, so that no new job can name it, and answers the row whose object is to be deleted. */
export async function eraseFile(db: Db, which: { id: string; tenantId: string }, now: Date): Promise<File | null> {
  const file = await db.file.findFirst({ where: which });
  if (!file) return null;
  const erasedAt = file.erasedAt ?? now;
  return db.file.update({ where: { id: file.id }, data: { erasedAt, falUrl: null, falUrlUntil: null } });
}
