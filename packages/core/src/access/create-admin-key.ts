import { randomBytes } from "node:crypto";
import { type AdminRole, adminKeyStart } from "@darkroom/contract/admin/access";
import type { Database } from "../db/database.ts";
import type { AdminKey } from "../generated/prisma/client.ts";
import { newId } from "../ids.ts";
import { hashAdminKey } from "./find-admin-key.ts";

/** Characters that are kept to recognise a key by. */
const prefixChars = 11;

/** Makes a key for automation: 256 random bits, so that its hash needs no salt and no slowness. Shown here and never again. */
export async function createAdminKey(
  db: Pick<Database, "adminKey">,
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
      hash: hashAdminKey(key),
      prefix: key.slice(0, prefixChars),
      createdAt: now,
      expiresAt,
    },
  });
  return { key, row };
}
