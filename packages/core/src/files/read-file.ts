import type { Db } from "../db/database.ts";
import type { File } from "../generated/prisma/client.ts";

/** A file by its id; with `tenantId`, only if it is that tenant's. Erased files are not there any more. */
export function readFile(db: Db, which: { id: string; tenantId: string | null }): Promise<File | null> {
  const { id, tenantId } = which;
  return db.file.findFirst({ where: { id, erasedAt: null, ...(tenantId ? { tenantId } : {}) } });
}

/** Those of a tenant's files that exist, of the ids asked for. */
export function readFiles(db: Db, which: { ids: string[]; tenantId: string }): Promise<File[]> {
  const { ids, tenantId } = which;
  return ids.length > 0
    ? db.file.findMany({ where: { id: { in: ids }, tenantId, erasedAt: null } })
    : Promise.resolve([]);
}
