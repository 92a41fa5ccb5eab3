import type { AdminRole } from "@darkroom/contract/admin/access";
import { type Database, query, sql } from "../db/database.ts";
import type { AdminUser } from "../generated/prisma/client.ts";
import { newId } from "../ids.ts";
import { normalEmail } from "./normal-email.ts";
import { hashPassword } from "./password.ts";

export type NewAdminUser = { email: string; password: string; role: AdminRole; canSeePayloads: boolean; now: Date };

export type CreateAdminUserResult = { outcome: "created"; user: AdminUser } | { outcome: "exists"; user: AdminUser };

export async function createAdminUser(db: Database, user: NewAdminUser): Promise<CreateAdminUserResult> {
  const email = normalEmail(user.email);
  const existing = await db.adminUser.findUnique({ where: { email } });
  if (existing) return { outcome: "exists", user: existing };
  const passwordHash = await hashPassword(user.password);
  const made = await query<{ id: string }>(
    db,
    sql`insert into admin_users (id, email, password_hash, role, can_see_payloads, created_at)
        values (${newId("usr")}, ${email}, ${passwordHash}, ${user.role}::admin_role, ${user.canSeePayloads}, ${user.now}::timestamptz)
        on conflict (email) do nothing returning id`,
  );
  const row = await db.adminUser.findUniqueOrThrow({ where: { email } });
  return { outcome: made.length > 0 ? "created" : "exists", user: row };
}

/** Makes the first admin user where there is none at all; null if somebody is there. */
export async function ensureFirstAdmin(
  db: Database,
  first: { email: string; password: string; now: Date },
): Promise<AdminUser | null> {
  if (await db.adminUser.findFirst({ select: { id: true } })) return null;
  const made = await createAdminUser(db, { ...first, role: "admin", canSeePayloads: true });
  return made.outcome === "created" ? made.user : null;
}
