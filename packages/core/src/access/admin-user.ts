import type { AdminRole } from "@darkroom/contract/admin/access";
import { type Database, query, sql } from "../db/database.ts";
import type { AdminUser } from "../generated/prisma/client.ts";
import { newId } from "../ids.ts";
import { hashPassword, nobodysHash, verifyPassword } from "./password.ts";
import { endSessionsOf } from "./session.ts";

export type NewAdminUser = { email: string; password: string; role: AdminRole; canSeePayloads: boolean; now: Date };

export type CreateAdminUserResult = { outcome: "created"; user: AdminUser } | { outcome: "exists"; user: AdminUser };

/** People write their e-mail as they like. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

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

/** The user with this e-mail and password; null for every kind of wrong, after the same work. */
export async function checkLogin(
  db: Pick<Database, "adminUser">,
  login: { email: string; password: string },
): Promise<AdminUser | null> {
  const user = await db.adminUser.findUnique({ where: { email: normalEmail(login.email) } });
  const matches = await verifyPassword(login.password, user?.passwordHash ?? nobodysHash);
  return user && matches && user.disabledAt === null ? user : null;
}

export type AdminUserChange = {
  role?: AdminRole | undefined;
  canSeePayloads?: boolean | undefined;
  disabled?: boolean | undefined;
  password?: string | undefined;
};

export type UpdateAdminUserResult =
  | { outcome: "updated"; user: AdminUser }
  | { outcome: "not_found" }
  /** Nobody would be left who can let others in. */
  | { outcome: "last_admin" };

/** Changes a user. What takes something away from them, or a new password, ends their sessions. */
export async function updateAdminUser(
  db: Database,
  id: string,
  change: AdminUserChange,
  now: Date,
): Promise<UpdateAdminUserResult> {
  const passwordHash = change.password === undefined ? undefined : await hashPassword(change.password);
  return db.$transaction(async (tx) => {
    // All admins are held, so that two of them cannot take each other's rights at once.
    const admins = await query<{ id: string }>(
      tx,
      sql`select id from admin_users where role = 'admin' and disabled_at is null for update`,
    );
    const before = await tx.adminUser.findUnique({ where: { id } });
    if (!before) return { outcome: "not_found" };
    const losesAdmin = change.disabled === true || (change.role !== undefined && change.role !== "admin");
    if (losesAdmin && admins.length === 1 && admins[0]?.id === id) return { outcome: "last_admin" };
    const user = await tx.adminUser.update({ where: { id }, data: toData(change, passwordHash, before, now) });
    if (losesAdmin || passwordHash || change.canSeePayloads === false) await endSessionsOf(tx, id);
    return { outcome: "updated", user };
  });
}

function toData(change: AdminUserChange, passwordHash: string | undefined, before: AdminUser, now: Date) {
  return {
    ...(change.role === undefined ? {} : { role: change.role }),
    ...(change.canSeePayloads === undefined ? {} : { canSeePayloads: change.canSeePayloads }),
    ...(change.disabled === undefined ? {} : { disabledAt: change.disabled ? (before.disabledAt ?? now) : null }),
    ...(passwordHash === undefined ? {} : { passwordHash }),
  };
}
