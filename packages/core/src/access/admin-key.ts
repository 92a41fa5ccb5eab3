import { createHash, randomBytes } from "node:crypto";
import { type AdminRole, adminKeyStart } from "@darkroom/contract/admin/access";
import { type Database, query, sql } from "../db/database.ts";
import type { AdminKey } from "../generated/prisma/client.ts";
import { newId } from "../ids.ts";

/** Characters that are kept to recognise a key by. */
const prefixChars = 11;
const touchEveryMs = 60_000;

type Keys = Pick<Database, "adminKey">;

/** Makes a key for automation: 256 random bits, so that its hash needs no salt and no slowness. Shown here and never again. */
export async function createAdminKey(
  db: Keys,
  options: { name: string; role: AdminRole; canSeePayloads: boolean; expiresAt: Date | null; now: Date },
): Promise<{ key: string; row: AdminKey }> {
  const key = adminKeyStart + randomBytes(32).toString("base64url");
  const { name, role, canSeePayloads, expiresAt, now } = options;
  const row = await db.adminKey.create({
    data: {
      id: newId("adk"),
      name,
      role,
      canSeePayloads,
      hash: hashKey(key),
      prefix: key.slice(0, prefixChars),
      createdAt: now,
      expiresAt,
    },
  });
  return { key, row };
}

/** The key, if it is one that may be used now. */
export async function findAdminKey(db: Keys, key: string, now: Date): Promise<AdminKey | null> {
  const row = await db.adminKey.findUnique({ where: { hash: hashKey(key) } });
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

export async function revokeAdminKey(db: Keys, id: string, now: Date): Promise<AdminKey | null> {
  await db.adminKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } });
  return db.adminKey.findUnique({ where: { id } });
}

function hashKey(key: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash("sha256").update(key).digest());
}
