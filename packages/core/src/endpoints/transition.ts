import type { disableReasons } from "@darkroom/contract/events";
import { type Db, query, type Sql, sql } from "../db/database.ts";
import { emitEvent } from "../events/write-event.ts";
import { type EndpointRow, endpointColumns } from "./endpoint-row.ts";

/** The only file that writes an endpoint's state, but for the insert of create-endpoint.ts. */
type Tx = Pick<Db, "$queryRaw">;

type Who = { tenantId: string; endpointId: string };

/** Holds deliveries back: events still make them, and they wait for as long as their retry window. */
export function pauseEndpoint(db: Tx, who: Who, now: Date): Promise<EndpointRow | null> {
  return change(db, who, sql`state = 'paused'`, sql`and state in ('enabled', 'paused')`, now);
}

/** Ends a pause, or what disabled it, and with it the memory of its failures. */
export function resumeEndpoint(db: Tx, who: Who, now: Date): Promise<EndpointRow | null> {
  const forgotten = sql`state = 'enabled', reason = null, disabled_at = null, failures = 0, opened_at = null, probe_at = null,
    failing_since = null, slowness = 0, slowness_at = null, blocked_until = null`;
  return change(db, who, forgotten, sql``, now);
}

/** Leaves a tombstone; the sweep cancels what was pending. */
export function deleteEndpoint(db: Tx, who: Who, now: Date): Promise<EndpointRow | null> {
  const emptied = sql`state = 'disabled', deleted_at = ${now}::timestamptz, headers_sealed = null, header_names = '{}'`;
  return change(db, who, emptied, sql``, now);
}

async function change(db: Tx, who: Who, set: Sql, guard: Sql, now: Date): Promise<EndpointRow | null> {
  const rows = await query<EndpointRow>(
    db,
    sql`update endpoints p set ${set}, updated_at = ${now}::timestamptz
        where id = ${who.endpointId} and tenant_id = ${who.tenantId} and kind = 'registered' and deleted_at is null ${guard}
        returning ${endpointColumns("p")}`,
  );
  return rows[0] ?? null;
}

/** Sends nothing more to it, and tells the tenant's other endpoints. `done` is false if that had been done before. */
export async function disableEndpoint(
  tx: Tx,
  endpoint: Pick<EndpointRow, "id" | "tenantId" | "url" | "failingSince">,
  options: { reason: (typeof disableReasons)[number]; now: Date },
): Promise<{ done: boolean; told: string[] }> {
  const { reason, now } = options;
  const rows = await query(
    tx,
    sql`update endpoints set state = 'disabled', reason = ${reason}, disabled_at = ${now}::timestamptz, updated_at = ${now}::timestamptz
        where id = ${endpoint.id} and state <> 'disabled' and deleted_at is null returning 1`,
  );
  if (rows.length === 0) return { done: false, told: [] };
  const failing_since = endpoint.failingSince?.toISOString() ?? null;
  const data = { id: endpoint.id, url: endpoint.url, reason, failing_since };
  const told = await emitEvent(tx, { tenantId: endpoint.tenantId, type: "endpoint.disabled", data, now });
  return { done: true, told };
}
