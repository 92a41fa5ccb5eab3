import { type Database, type Db, empty, query, type Sql, sql } from "../db/database.ts";
import { probeMs } from "../dispatch/circuit.ts";
import { type EndpointRow, endpointColumns } from "../endpoints/endpoint-row.ts";
import { circuitOf } from "../endpoints/health.ts";
import { type Allowance, allowanceOf, take } from "../endpoints/pace.ts";

/** A delivery somebody has the right to send, until its lease ends. */
export type ClaimedDelivery = {
  id: string;
  url: string | null;
  /** Attempts so far. */
  attempts: number;
  leasedUntil: Date;
  eventId: string;
  type: string;
  data: unknown;
  eventAt: Date;
};

export type Claim = {
  /** As it was when claimed; null if it takes nothing: paused, disabled or deleted. */
  endpoint: EndpointRow | null;
  deliveries: ClaimedDelivery[];
  /** When to ask again, if its limits or its circuit were in the way. */
  againAt: Date | null;
};

/** Many endpoints may want a connection at once; each waits its turn rather than fail (Prisma's own limits are 2 and 5 s). */
export const patience = { maxWait: 10_000, timeout: 15_000 };

/**
 * Takes what an endpoint may be sent now, oldest first. Under the endpoint's row lock, and with a new snapshot after it: what is
 * under way is counted from leases, so no limit is exceeded by any number of workers and none leaks when one dies.
 */
export function claimDeliveries(
  db: Database,
  endpointId: string,
  options: { now: Date; leaseEndsAt: Date },
): Promise<Claim> {
  const { now, leaseEndsAt } = options;
  return db.$transaction(async (tx) => {
    const endpoint = await lockEndpoint(tx, endpointId);
    if (endpoint?.state !== "enabled" || endpoint.deletedAt) return { endpoint: null, deliveries: [], againAt: null };
    const allowance = allowanceNow(endpoint, now);
    if (allowance.count === 0) return { endpoint, deliveries: [], againAt: allowance.againAt };
    const deliveries = await takeDue(tx, endpoint, { now, leaseEndsAt, allowance });
    if (deliveries.length > 0) await noteTaken(tx, endpoint, deliveries.length, now);
    return { endpoint, deliveries, againAt: null };
  }, patience);
}

/** NO KEY: job endings that name the endpoint must not wait for it. */
export async function lockEndpoint(tx: Pick<Db, "$queryRaw">, endpointId: string): Promise<EndpointRow | null> {
  const rows = await query<EndpointRow>(
    tx,
    sql`select ${endpointColumns("p")} from endpoints p where p.id = ${endpointId} for no key update`,
  );
  return rows[0] ?? null;
}

function allowanceNow(endpoint: EndpointRow, now: Date): Allowance {
  const allowance = allowanceOf(endpoint, now);
  const circuit = circuitOf(endpoint, now);
  if (circuit === "open") return { ...allowance, count: 0, againAt: endpoint.probeAt };
  return circuit === "half_open" ? { ...allowance, count: Math.min(1, allowance.count) } : allowance;
}

function takeDue(
  tx: Pick<Db, "$queryRaw">,
  endpoint: EndpointRow,
  options: { now: Date; leaseEndsAt: Date; allowance: Allowance },
): Promise<ClaimedDelivery[]> {
  const { now, leaseEndsAt, allowance } = options;
  return query<ClaimedDelivery>(
    tx,
    sql`with picked as (
          select d.id from deliveries d
          where d.endpoint_id = ${endpoint.id} and d.state = 'pending' and d.due_at <= ${now}::timestamptz ${inTurn(endpoint)}
          order by d.due_at, d.seq
          limit greatest(0, least(${allowance.count}::int, ${allowance.concurrency}::int - (
            select count(*) from deliveries l where l.endpoint_id = ${endpoint.id} and l.leased_until > ${now}::timestamptz)))
          for update skip locked
        ), claimed as (
          update deliveries set leased_until = ${leaseEndsAt}::timestamptz, due_at = ${leaseEndsAt}::timestamptz
          from picked where deliveries.id = picked.id returning deliveries.*
        )
        select c.id, c.url, c.attempts, c.leased_until as "leasedUntil", e.id as "eventId", e.type, e.data, e.created_at as "eventAt"
        from claimed c join events e on e.id = c.event_id order by c.seq`,
  );
}

/** FIFO: only the first of each line, whether it is due or not. One line for all is looked at from its head. */
function inTurn({ id, fifo }: EndpointRow): Sql {
  if (fifo === "none") return empty;
  if (fifo === "endpoint") {
    return sql`and d.id = (select h.id from deliveries h
      where h.endpoint_id = ${id} and h.fifo_key = ${id} and h.state = 'pending' order by h.seq limit 1)`;
  }
  return sql`and not exists (select from deliveries b
    where b.endpoint_id = d.endpoint_id and b.fifo_key = d.fifo_key and b.state = 'pending' and b.seq < d.seq)`;
}

/** What a claim costs the endpoint: tokens of its rate, or the one probe of its open circuit. Usually neither. */
async function noteTaken(tx: Pick<Db, "$queryRaw">, endpoint: EndpointRow, count: number, now: Date): Promise<void> {
  const { tokens, tokensAt } = endpoint.ratePerSecond === null ? endpoint : take(endpoint, count, now);
  const probeAt = endpoint.openedAt ? new Date(now.getTime() + probeMs) : endpoint.probeAt;
  if (endpoint.ratePerSecond === null && !endpoint.openedAt) return;
  await query(
    tx,
    sql`update endpoints set tokens = ${tokens}::float8, tokens_at = ${tokensAt}::timestamptz, probe_at = ${probeAt}::timestamptz
        where id = ${endpoint.id} returning 1`,
  );
}
