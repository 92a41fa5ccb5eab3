import type { DeliveryError } from "@darkroom/contract/deliveries";
import { type Db, query, sql } from "../db/database.ts";

/** How an attempt went, and what becomes of its delivery. */
export type AttemptRecord = {
  deliveryId: string;
  /** The lease it was sent under: whoever lost it records nothing. */
  leasedUntil: Date;
  at: Date;
  ms: number;
  status: number | null;
  error: DeliveryError | null;
  body: string | null;
  to: "delivered" | "exhausted" | "pending";
  /** The next attempt, if there is one. */
  dueAt: Date | null;
};

/**
 * Writes attempts into the log and moves their deliveries, all in one statement. An attempt whose lease ended meanwhile, or whose
 * delivery was canceled, changes nothing: another one is or will be made, which is what at-least-once means.
 */
export async function recordAttempts(
  db: Pick<Db, "$queryRaw">,
  records: readonly AttemptRecord[],
  now: Date,
): Promise<number> {
  const rows = await query<{ id: string }>(
    db,
    sql`with record as (
          select * from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as r(
            "deliveryId" text, "leasedUntil" timestamptz, at timestamptz, ms int, status int, error text, body text,
            "to" delivery_state, "dueAt" timestamptz)
        ), moved as (
          update deliveries d set state = r."to", due_at = r."dueAt", leased_until = null, attempts = d.attempts + 1,
            status = r.status, error = r.error,
            finished_at = case when r."to" <> 'pending' then ${now}::timestamptz end
          from record r
          where d.id = r."deliveryId" and d.state = 'pending' and d.leased_until = r."leasedUntil"
          returning d.id, d.attempts
        ), attempt as (
          insert into delivery_attempts (delivery_id, number, at, ms, status, error, body)
          select m.id, m.attempts, r.at, r.ms, r.status, r.error, r.body from moved m join record r on r."deliveryId" = m.id
        )
        select id from moved`,
  );
  return rows.length;
}

/** Rows moved at once: the next sweep takes the rest. */
const batchMax = 500;

/** Ends deliveries that could not be tried within their window: the endpoint was paused, or its circuit open. */
export async function expireDeliveries(
  db: Pick<Db, "$queryRaw">,
  options: { createdBefore: Date; now: Date },
): Promise<number> {
  const rows = await query(
    db,
    sql`update deliveries set state = 'exhausted', due_at = null, leased_until = null, error = 'expired',
          finished_at = ${options.now}::timestamptz
        where id in (
          select id from deliveries where state = 'pending' and created_at < ${options.createdBefore}::timestamptz
            and (leased_until is null or leased_until <= ${options.now}::timestamptz)
          order by created_at limit ${batchMax} for update skip locked
        ) and state = 'pending' returning 1`,
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
    sql`update deliveries set state = 'canceled', due_at = null, leased_until = null, finished_at = ${now}::timestamptz
        where id in (
          select id from deliveries where ${which} and state = 'pending' limit ${batchMax} for update skip locked
        ) and state = 'pending' returning 1`,
  );
  return rows.length;
}
