import { createHash } from "node:crypto";
import { type Database, query, sql } from "../db/database.ts";
import type { AdminKey } from "../generated/prisma/client.ts";

/** How exact `last_used_at` is: more would be a write per request. */
const touchEveryMs = 60_000;

type Keys = Pick<Database, "adminKey">;

/** The key, if it is one that may be used now. */
export async function findAdminKey(db: Keys, key: string, now: Date): Promise<AdminKey | null> {
  const row = await db.adminKey.findUnique({ where: { hash: hashAdminKey(key) } });
  if (!row || row.revokedAt || (row.expiresAt && row.expiresAt <= now)) return null;
  return row;
}

/** Whether a key may still be used, for those who look again later, e.g. the stream. */
export async function isAdminKeyOpen(db: Keys, id: string, now: Date): Promise<boolean> {
  const row = await db.adminKey.findUnique({ where: { id } });
  return row !== null && !row.revokedAt && !(row.expiresAt && row.expiresAt <= now);
}

/** Notes the use of a key, at most once a minute. */
export async function touchAdminKey(db: Pick<Database, "$queryRaw">, row: AdminKey, now: Date): Promise<void> {
  if (row.lastUsedAt && now.getTime() - row.lastUsedAt.getTime() < touchEveryMs) return;
  await query(db, sql`update admin_keys set last_used_at = ${now}::timestamptz where id = ${row.id} returning 1`);
}

/** What is stored and looked up instead of the key. */
export function hashAdminKey(key: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash("sha256").update(key).digest());
}
