import { empty, type Queries, query, raw, type Sql, sql } from "../db/database.ts";
import { grouped } from "../db/grouped.ts";
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
  const { endpoint, now, limit } = options;
  const isFew = endpoint.fifo === "none" && limit <= fewMax;
  const look = { ...hold, ...options };
  const deliveries = isFew ? await readTogether(db, look) : await readAlone(db, look);
  const taken = deliveries.length > 0 ? await noteTaken(db, endpoint, deliveries.length, now) : {};
  return { deliveries, taken };
}

type Look = Hold & { endpoint: EndpointRow; now: Date; inHand: readonly string[]; limit: number };

/** What a first look asks for. A hundred such looks at events of the largest kind are 40 MB, of usual ones two. */
const fewMax = 20;

const readTogether = grouped(readFew, { keyOf: ({ endpointId }) => endpointId });

/** The limit is a part of the text: without a number to plan with, Postgres reads all events there are. */
async function readFew(db: Queries, looks: readonly Look[]): Promise<DueDelivery[][]> {
  const tickets = looks.map(({ endpointId, holder, endpoint: { updatedAt }, now }) => {
    return { endpointId, holder, updatedAt, now };
  });
  const rows = await query<DueDelivery & { endpointId: string }>(
    db,
    sql`with look as (
          select * from jsonb_to_recordset(${JSON.stringify(tickets)}::jsonb)
            as l("endpointId" text, holder text, "updatedAt" timestamptz, now timestamptz)
        )
        select due.* from look join endpoints p on p.id = look."endpointId" and p.held_by = look.holder and p.held_until > look.now
            and p.state = 'enabled' and p.deleted_at is null and p.updated_at = look."updatedAt",
          lateral (
            select d.endpoint_id as "endpointId", ${dueColumns}, d.due_at from deliveries d join events e on e.id = d.event_id
            where d.endpoint_id = p.id and d.state = 'pending' and d.due_at <= look.now
              and d.id <> all(${looks.flatMap(({ inHand }) => inHand)}::text[])
            order by d.due_at limit ${raw(String(fewMax))}) due
        order by due.due_at`,
  );
  const found = new Map(looks.map(({ endpointId }) => [endpointId, [] as DueDelivery[]]));
  for (const row of rows) found.get(row.endpointId)?.push(row);
  return looks.map(({ endpointId, limit }) => (found.get(endpointId) ?? []).slice(0, limit));
}

function readAlone(db: Queries, { endpoint, holder, now, inHand, limit }: Look): Promise<DueDelivery[]> {
  return query<DueDelivery>(
    db,
    sql`select ${dueColumns} from deliveries d join events e on e.id = d.event_id
        where d.endpoint_id = ${endpoint.id} and d.state = 'pending' and d.due_at <= ${now}::timestamptz
          and d.id <> all(${inHand}::text[]) ${inTurn(endpoint)} and exists (
            select from endpoints p where p.id = ${endpoint.id} and p.held_by = ${holder} and p.held_until > ${now}::timestamptz
              and p.state = 'enabled' and p.deleted_at is null and p.updated_at = ${endpoint.updatedAt}::timestamptz)
        order by d.due_at limit ${limit}::int`,
  );
}

const dueColumns = sql`d.id, d.url, d.attempts, e.id as "eventId", e.type, e.data, e.created_at as "eventAt"`;

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
