import type { AdminTenant } from "@darkroom/contract/admin/tenants";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import { type Db, empty, query, sql } from "../db/database.ts";
import { bounded, laneCountMax } from "./list-lanes.ts";

export type TenantRow = {
  id: string;
  name: string;
  weight: number;
  inFlightMax: number | null;
  ratePerMinute: number | null;
  pausedAt: Date | null;
  createdAt: Date;
  inFlight: number;
  waiting: number;
  succeeded: number;
  failed: number;
  canceled: number;
  costMicros: bigint;
};

/** A page of tenants by name, each with its line and its month. */
export async function listTenants(
  db: Pick<Db, "$queryRaw">,
  list: { afterName: string | null; prefix: string | null; limit: number; now: Date },
): Promise<{ tenants: AdminTenant[]; more: boolean }> {
  const after = list.afterName === null ? empty : sql`and t.name > ${list.afterName}`;
  const prefix = list.prefix === null ? empty : sql`and starts_with(lower(t.name), lower(${list.prefix}))`;
  const rows = await query<TenantRow>(
    db,
    sql`${columns(list.now)} where true ${after} ${prefix} order by t.name limit ${list.limit + 1}`,
  );
  return { tenants: rows.slice(0, list.limit).map(toAdminTenant), more: rows.length > list.limit };
}

export async function readTenant(db: Pick<Db, "$queryRaw">, id: string, now: Date): Promise<AdminTenant | null> {
  const rows = await query<TenantRow>(db, sql`${columns(now)} where t.id = ${id}`);
  return rows[0] ? toAdminTenant(rows[0]) : null;
}

/** Counts have bounds; the month comes from the tenant's own kept sums. */
function columns(now: Date) {
  return sql`select t.id, t.name, t.weight, t.in_flight_max as "inFlightMax", t.rate_per_minute as "ratePerMinute", t.paused_at as "pausedAt", t.created_at as "createdAt",
      (select count(*)::int from jobs where tenant_id = t.id and state in ('submitting', 'submitted')) as "inFlight",
      (select count(*)::int from (
        select from jobs where tenant_id = t.id and state = 'queued' and queue_at is not null limit ${laneCountMax}) line) as waiting,
      month.*
    from tenants t cross join lateral (
      select coalesce(sum(succeeded), 0)::int as succeeded, coalesce(sum(failed), 0)::int as failed,
             coalesce(sum(canceled), 0)::int as canceled, coalesce(sum(cost_micros), 0)::bigint as "costMicros"
      from usage_days where tenant_id = t.id and dimension = 'total' and day >= date_trunc('month', ${now}::timestamptz, 'UTC')::date
    ) month`;
}

function toAdminTenant(row: TenantRow): AdminTenant {
  const { id, name, weight, inFlightMax, succeeded, failed, canceled } = row;
  return {
    ...{ id, name, weight },
    in_flight_max: inFlightMax,
    rate_per_minute: row.ratePerMinute,
    paused_at: row.pausedAt?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
    in_flight: row.inFlight,
    waiting: bounded(row.waiting, laneCountMax),
    month: { succeeded, failed, canceled, cost_usd: microsToUsd(Number(row.costMicros)) },
  };
}
