import type { DeliveryError } from "@darkroom/contract/deliveries";
import { type Db, type Queries, query, sql } from "../db/database.ts";

/** How an attempt went, and what becomes of its delivery. */
export type AttemptRecord = {
  deliveryId: string;
  /** Which attempt this was, from 1: it is recorded once, whoever else made it too. */
  number: number;
  at: Date;
  ms: number;
  status: number | null;
  error: DeliveryError | null;
  body: string | null;
  to: "delivered" | "exhausted" | "pending";
  /** The next attempt, if there is one. */
  dueAt: Date | null;
};

/** Attempts at one endpoint that are recorded together, and when. */
export type AttemptSet = { records: readonly AttemptRecord[]; now: Date };

/**
 * Writes attempts into the log and moves their deliveries, all in one statement. An attempt that another sender has recorded
 * meanwhile, because the hold it was made under had ended, or whose delivery was canceled, changes nothing.
 */
export async function recordAttempts(db: Queries, sets: readonly AttemptSet[]): Promise<void> {
  // Flat: of sets within a set Postgres expects 10,000 records, and may rather read all deliveries than look for those.
  const flat = sets.flatMap(({ records, now }) => records.map((record) => ({ ...record, now })));
  await query(
    db,
    sql`with record as (
          select * from jsonb_to_recordset(${JSON.stringify(flat)}::jsonb) as r(now timestamptz, "deliveryId" text, number int,
            at timestamptz, ms int, status int, error text, body text, "to" delivery_state, "dueAt" timestamptz)
        ), moved as (
          update deliveries d set state = r."to", due_at = r."dueAt", attempts = r.number, status = r.status, error = r.error,
            finished_at = case when r."to" <> 'pending' then r.now end
          from record r
          where d.id = r."deliveryId" and d.state = 'pending' and d.attempts = r.number - 1
          returning d.id, d.tenant_id, d.created_at, r.*
        ), timed as (
          insert into delivery_times (tenant_id, ms, delivered_at)
          select tenant_id, greatest(0, extract(epoch from now - created_at) * 1000)::bigint, now from moved where "to" = 'delivered'
        ), attempt as (
          insert into delivery_attempts (delivery_id, number, at, ms, status, error, body)
          select id, number, at, ms, status, error, body from moved
        )
        select 1`,
  );
}

/** Rows moved at once, chosen once, as an array (rollUpUsage has the reason): the next sweep takes the rest. */
const batchMax = 500;

/** Ends deliveries that could not be tried within their window: the endpoint was paused, or its circuit open. */
export async function expireDeliveries(
  db: Pick<Db, "$queryRaw">,
  options: { createdBefore: Date; now: Date },
): Promise<number> {
  const rows = await query(
    db,
    sql`update deliveries set state = 'exhausted', due_at = null, error = 'expired',
          finished_at = ${options.now}::timestamptz
        where id = any(array(
          select id from deliveries where state = 'pending' and created_at < ${options.createdBefore}::timestamptz
            and not exists (select from endpoints p where p.id = deliveries.endpoint_id and p.held_until > ${options.now}::timestamptz)
          order by created_at limit ${batchMax} for update skip locked
        )) and state = 'pending' returning 1`,
  );
  return rows.length;
}

/** Cancels what is still pending of endpoints that are disabled or deleted, or of a replay; a few at a time. */
export async function cancelDeliveries(
  db: Pick<Db, "$queryRaw">,
  of: { endpointId: string } | { replayId: string },
  now: Date,
): Promise<number> {
  const which = "endpointId" in of ? sql`endpoint_id = ${of.endpointId}` : sql`replay_id = ${of.replayId}`;
  const rows = await query(
    db,
    sql`update deliveries set state = 'canceled', due_at = null, finished_at = ${now}::timestamptz
        where id = any(array(
          select id from deliveries where ${which} and state = 'pending' limit ${batchMax} for update skip locked
        )) and state = 'pending' returning 1`,
  );
  return rows.length;
}
