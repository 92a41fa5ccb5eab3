import { empty, type Queries, query, type Sql, sql } from "../db/database.ts";
import { probeMs } from "../dispatch/circuit.ts";
import type { EndpointRow } from "../endpoints/endpoint-row.ts";
import { circuitOf } from "../endpoints/health.ts";
import { type Allowance, allowanceOf, take } from "../endpoints/pace.ts";
import type { Hold } from "./hold-endpoint.ts";

/** A delivery that may be sent now by whoever holds its endpoint. */
export type DueDelivery = {
  id: string;
  url: string | null;
  /** Attempts so far. */
  attempts: number;
  eventId: string;
  type: string;
  data: unknown;
  eventAt: Date;
};

export type Due = {
  deliveries: DueDelivery[];
  /** What was taken from the endpoint's limits: tokens, or the one probe of its open circuit. */
  taken: Partial<EndpointRow>;
};

/** How many deliveries may start now by the endpoint's rate and circuit, and how many may be under way at once. */
export function allowanceNow(endpoint: EndpointRow, now: Date): Allowance {
  const allowance = allowanceOf(endpoint, now);
  const circuit = circuitOf(endpoint, now);
  if (circuit === "open") return { ...allowance, count: 0, againAt: endpoint.probeAt };
  return circuit === "half_open" ? { ...allowance, count: Math.min(1, allowance.count) } : allowance;
}

/**
 * Deliveries due to an endpoint, what became due first coming first, leaving out those in hand. None if it was changed since it
 * was taken, or somebody else holds it. Writes only where limits are counted. Of FIFO lines only the first is looked at.
 */
export async function findDue(
  db: Queries,
  hold: Hold,
  options: { endpoint: EndpointRow; now: Date; inHand: readonly string[]; limit: number },
): Promise<Due> {
  const { endpoint, now, inHand, limit } = options;
  const deliveries = await query<DueDelivery>(
    db,
    sql`select d.id, d.url, d.attempts, e.id as "eventId", e.type, e.data, e.created_at as "eventAt"
        from deliveries d join events e on e.id = d.event_id
        where d.endpoint_id = ${endpoint.id} and d.state = 'pending' and d.due_at <= ${now}::timestamptz
          and d.id <> all(${inHand}::text[]) ${inTurn(endpoint)} and exists (
            select from endpoints p where p.id = ${endpoint.id} and p.held_by = ${hold.holder} and p.held_until > ${now}::timestamptz
              and p.state = 'enabled' and p.deleted_at is null and p.updated_at = ${endpoint.updatedAt}::timestamptz)
        order by d.due_at limit ${limit}::int`,
  );
  const taken = deliveries.length > 0 ? await noteTaken(db, endpoint, deliveries.length, now) : {};
  return { deliveries, taken };
}

/** The first of each line, whether it is due or not. One line for all is looked at from its head. */
function inTurn({ id, fifo }: EndpointRow): Sql {
  if (fifo === "none") return empty;
  if (fifo === "endpoint") {
    return sql`and d.id = (select h.id from deliveries h
      where h.endpoint_id = ${id} and h.fifo_key = ${id} and h.state = 'pending' order by h.seq limit 1)`;
  }
  return sql`and not exists (select from deliveries b
    where b.endpoint_id = d.endpoint_id and b.fifo_key = d.fifo_key and b.state = 'pending' and b.seq < d.seq)`;
}

async function noteTaken(db: Queries, endpoint: EndpointRow, count: number, now: Date): Promise<Due["taken"]> {
  if (endpoint.ratePerSecond === null && !endpoint.openedAt) return {};
  const { tokens, tokensAt } = endpoint.ratePerSecond === null ? endpoint : take(endpoint, count, now);
  const probeAt = endpoint.openedAt ? new Date(now.getTime() + probeMs) : endpoint.probeAt;
  await query(
    db,
    sql`update endpoints set tokens = ${tokens}::float8, tokens_at = ${tokensAt}::timestamptz, probe_at = ${probeAt}::timestamptz
        where id = ${endpoint.id} returning 1`,
  );
  return { tokens, tokensAt, probeAt };
}
