import type { Database } from "../db/database.ts";
import type { Tenant } from "../generated/prisma/client.ts";

export type TenantChanges = {
  /** Share of fal slots relative to other tenants, 1 to 1000. */
  weight?: number;
  /** Jobs at fal at once; null: only the account's limit. */
  inFlightMax?: number | null;
  /** Requests per minute over all its keys; null: TENANT_RATE_LIMIT_PER_MINUTE. */
  ratePerMinute?: number | null;
  /** Paused tenants start nothing; what is at fal is finished. */
  paused?: boolean;
};

export const weightMax = 1_000;

/** Changes how a tenant is served. Dispatch reads the row every time, so it holds from the next dispatch on. */
export function updateTenant(
  db: Pick<Database, "tenant">,
  id: string,
  changes: TenantChanges,
  now: Date,
): Promise<Tenant> {
  const { weight, inFlightMax, ratePerMinute, paused } = changes;
  return db.tenant.update({
    where: { id },
    data: {
      ...(weight === undefined ? {} : { weight }),
      ...(inFlightMax === undefined ? {} : { inFlightMax }),
      ...(ratePerMinute === undefined ? {} : { ratePerMinute }),
      ...(paused === undefined ? {} : { pausedAt: paused ? now : null }),
    },
  });
}
