import type { AdminRole } from "@darkroom/contract/admin/access";
import { type Database, query, sql } from "../db/database.ts";
import type { AdminUser } from "../generated/prisma/client.ts";
import { endSessionsOf } from "./end-sessions.ts";
import { hashPassword } from "./password.ts";

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
