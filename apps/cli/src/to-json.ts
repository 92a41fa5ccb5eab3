import type { ApiKey, Tenant } from "@darkroom/core/generated/prisma/client";
import type { Outcome } from "./with-database.ts";

export function tenantToJson(tenant: Tenant) {
  return { id: tenant.id, name: tenant.name, created_at: tenant.createdAt.toISOString() };
}

/** Without hash: that is nobody's business. */
export function keyToJson(row: ApiKey, tenant: Tenant) {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    tenant: tenant.name,
    tenant_id: tenant.id,
    scopes: row.scopes,
    rate_per_minute: row.ratePerMinute,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
    revoked_at: row.revokedAt?.toISOString() ?? null,
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
  };
}

export function keyState(row: ApiKey, now: Date): "active" | "revoked" | "expired" {
  if (row.revokedAt) return "revoked";
  return row.expiresAt && row.expiresAt <= now ? "expired" : "active";
}

export function noTenant(nameOrId: string): Outcome {
  return { refusal: `There is no tenant ${nameOrId}. Make it with: tenant create ${nameOrId}` };
}
