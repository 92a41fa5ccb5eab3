import type { AdminEndpoint } from "@darkroom/contract/admin/endpoints";
import { type Db, empty, query, type Sql, sql } from "../db/database.ts";
import { type EndpointRow, endpointColumns } from "../endpoints/endpoint-row.ts";
import { toWireEndpoint } from "../endpoints/to-wire.ts";
import { bounded } from "./list-lanes.ts";

const pendingCountMax = 1_000;
/** Deliveries that an endpoint's figures are of. */
const recentMax = 200;

type Row = EndpointRow & {
  tenantName: string;
  pending: number;
  oldestPendingAt: Date | null;
  delivered: number;
  exhausted: number;
  p50: number | null;
  p95: number | null;
};

/** A page of all tenants' endpoints, newest first, each with what it has to send and how its last deliveries went. */
export async function listEndpoints(
  db: Pick<Db, "$queryRaw">,
  list: {
    tenantId?: string | undefined;
    state?: string | undefined;
    beforeId: string | null;
    limit: number;
    now: Date;
  },
): Promise<{ endpoints: AdminEndpoint[]; more: boolean }> {
  const { tenantId, state, beforeId, limit, now } = list;
  const conditions = sql`${tenantId === undefined ? empty : sql`and n.tenant_id = ${tenantId}`}
    ${state === undefined ? empty : sql`and n.state = ${state}::endpoint_state`}
    ${beforeId === null ? empty : sql`and n.id < ${beforeId}`}`;
  const rows = await query<Row>(db, select(conditions, limit + 1));
  return { endpoints: rows.slice(0, limit).map((row) => toAdminEndpoint(row, now)), more: rows.length > limit };
}

export async function readEndpoint(db: Pick<Db, "$queryRaw">, id: string, now: Date): Promise<AdminEndpoint | null> {
  const rows = await query<Row>(db, select(sql`and n.id = ${id}`, 1));
  return rows[0] ? toAdminEndpoint(rows[0], now) : null;
}

function select(conditions: Sql, limit: number): Sql {
  return sql`select n.*, waiting.*, recent.* from (
      select ${endpointColumns("n")}, t.name as "tenantName" from endpoints n join tenants t on t.id = n.tenant_id
      where n.deleted_at is null ${conditions} order by n.id desc limit ${limit}
    ) n cross join lateral (
      select count(*)::int as pending, min(created_at) as "oldestPendingAt" from (
        select created_at from deliveries where endpoint_id = n.id and state = 'pending' limit ${pendingCountMax}) line
    ) waiting cross join lateral (
      select count(*) filter (where d.state = 'delivered')::int as delivered, count(*) filter (where d.state = 'exhausted')::int as exhausted,
             percentile_disc(0.5) within group (order by a.ms) as p50, percentile_disc(0.95) within group (order by a.ms) as p95
      from (select id, state, attempts from deliveries where endpoint_id = n.id order by id desc limit ${recentMax}) d
      -- One by one by their key: two hundred of what may be millions.
      left join lateral (select ms from delivery_attempts where delivery_id = d.id and number = d.attempts limit 1) a on true
    ) recent order by n.id desc`;
}

function toAdminEndpoint(row: Row, now: Date): AdminEndpoint {
  return {
    ...toWireEndpoint(row, now),
    tenant: { id: row.tenantId, name: row.tenantName },
    kind: row.kind,
    pending: bounded(row.pending, pendingCountMax),
    oldest_pending_at: row.oldestPendingAt?.toISOString() ?? null,
    failures_in_a_row: row.failures,
    recent: { delivered: row.delivered, exhausted: row.exhausted, p50_ms: row.p50, p95_ms: row.p95 },
  };
}
