import { type Queries, query, sql } from "../db/database.ts";
import { grouped } from "../db/grouped.ts";
import { type EndpointRow, endpointColumns } from "../endpoints/endpoint-row.ts";
import { type SealedSecret, secretsOf } from "../endpoints/signing-secrets.ts";

/** The right to send to an endpoint, alone, until it ends. */
export type Hold = { endpointId: string; holder: string };

/** With the secrets in force, newest first: whoever holds an endpoint is about to sign. */
export type HeldEndpoint = EndpointRow & { secrets: SealedSecret[] };

type Lease = { now: Date; holdEndsAt: Date };

/**
 * Takes an endpoint that nobody holds: a lease on its row. Who has it counts for its limits and keeps its order alone, so that no
 * delivery needs a lease, nor a write before it is sent. Null if somebody has it, or it takes nothing: paused, disabled, deleted,
 * or its circuit is open or it asked to be left alone; then nothing is written, however often it is rung for.
 * Who dies lets go when the lease ends; who is only slow does so too, and then an event may come twice.
 */
export function holdEndpoint(db: Queries, hold: Hold, lease: Lease): Promise<HeldEndpoint | null> {
  return holdTogether(db, { ...hold, ...lease });
}

const holdTogether = grouped(holdEndpoints, { keyOf: ({ endpointId }) => endpointId });

/** Locked in the order of their ids, so that two workers that want the same ones wait in no circle. */
async function holdEndpoints(db: Queries, tickets: readonly (Hold & Lease)[]): Promise<(HeldEndpoint | null)[]> {
  const rows = await query<HeldEndpoint>(
    db,
    sql`with ticket as (
          select * from jsonb_to_recordset(${JSON.stringify(tickets)}::jsonb)
            as t("endpointId" text, holder text, now timestamptz, "holdEndsAt" timestamptz)
        ), free as (
          select p.id, t.holder, t.now, t."holdEndsAt" from endpoints p join ticket t on t."endpointId" = p.id
          where p.state = 'enabled' and p.deleted_at is null and (p.held_until is null or p.held_until <= t.now)
            and (p.opened_at is null or p.probe_at <= t.now) and (p.blocked_until is null or p.blocked_until <= t.now)
          order by p.id for no key update of p
        )
        update endpoints p set held_by = free.holder, held_until = free."holdEndsAt" from free
        where p.id = free.id and ${unsynced}
        returning ${endpointColumns("p")}, ${secretsOf("p", sql`free.now`)} as secrets`,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return tickets.map(({ endpointId }) => byId.get(endpointId) ?? null);
}

type Release = { now: Date; ifIdle: boolean; known: Pick<EndpointRow, "updatedAt"> };
type Released = { released: boolean; changed: boolean };

/**
 * Lets go of an endpoint. `ifIdle`: only if nothing is due to it, asked in the same statement: who rings for something new either
 * finds the endpoint free or is seen here. Answers whether it did, and whether the endpoint was changed since it was taken.
 */
export function releaseEndpoint(db: Queries, hold: Hold, { now, ifIdle, known }: Release): Promise<Released> {
  return releaseTogether(db, { ...hold, now, ifIdle, updatedAt: known.updatedAt });
}

const releaseTogether = grouped(releaseEndpoints, { keyOf: ({ holder }) => holder });

async function releaseEndpoints(
  db: Queries,
  tickets: readonly (Hold & { now: Date; ifIdle: boolean; updatedAt: Date })[],
): Promise<Released[]> {
  const rows = await query<{ holder: string; changed: boolean }>(
    db,
    sql`with ticket as (
          select * from jsonb_to_recordset(${JSON.stringify(tickets)}::jsonb)
            as t("endpointId" text, holder text, now timestamptz, "ifIdle" boolean, "updatedAt" timestamptz)
        ), mine as (
          select p.id, t.* from endpoints p join ticket t on t."endpointId" = p.id
          where p.held_by = t.holder order by p.id for no key update of p
        )
        update endpoints p set held_by = null, held_until = null from mine
        where p.id = mine.id and ${unsynced}
          and not (mine."ifIdle" and exists (
            select from deliveries d where d.endpoint_id = p.id and d.state = 'pending' and d.due_at <= mine.now))
        returning mine.holder, p.updated_at <> mine."updatedAt" as changed`,
  );
  const byHolder = new Map(rows.map((row) => [row.holder, row]));
  return tickets.map(({ holder }) => {
    const row = byHolder.get(holder);
    return { released: row !== undefined, changed: row?.changed ?? false };
  });
}

/** True; and the commit does not wait for the disk. A hold that is lost with the machine is no loss, and no attempt should wait for it. */
const unsynced = sql`set_config('synchronous_commit', 'off', true) is not null`;
