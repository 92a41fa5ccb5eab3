import type { AdminKey, AdminUser } from "@darkroom/contract/admin/users";
import type { AdminKey as KeyRow, AdminUser as UserRow } from "@darkroom/core/generated/prisma/client";

const iso = (at: Date | null) => at?.toISOString() ?? null;

export function toWireUser(row: UserRow): AdminUser {
  const { id, email, role, canSeePayloads } = row;
  return {
    ...{ id, email, role },
    can_see_payloads: canSeePayloads,
    disabled_at: iso(row.disabledAt),
    created_at: row.createdAt.toISOString(),
    last_login_at: iso(row.lastLoginAt),
  };
}

export function toWireAdminKey(row: KeyRow): AdminKey {
  const { id, name, prefix, role, canSeePayloads } = row;
  return {
    ...{ id, name, prefix, role },
    can_see_payloads: canSeePayloads,
    created_at: row.createdAt.toISOString(),
    expires_at: iso(row.expiresAt),
    revoked_at: iso(row.revokedAt),
    last_used_at: iso(row.lastUsedAt),
  };
}
