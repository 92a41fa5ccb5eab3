import { type Queries, query, sql } from "../db/database.ts";
import { type EndpointRow, endpointColumns } from "../endpoints/endpoint-row.ts";

/** The right to send to an endpoint, alone, until it ends. */
export type Hold = { endpointId: string; holder: string };

/**
 * Takes an endpoint that nobody holds: a lease on its row. Who has it counts for its limits and keeps its order alone, so that no
 * delivery needs a lease, nor a write before it is sent. Null if somebody has it, or it takes nothing: paused, disabled, deleted.
 * Who dies lets go when the lease ends; who is only slow does so too, and then an event may come twice.
 */
export async function holdEndpoint(
  db: Queries,
  { endpointId, holder }: Hold,
  { now, holdEndsAt }: { now: Date; holdEndsAt: Date },
): Promise<EndpointRow | null> {
  const rows = await query<EndpointRow>(
    db,
    sql`update endpoints p set held_by = ${holder}, held_until = ${holdEndsAt}::timestamptz
        where p.id = ${endpointId} and p.state = 'enabled' and p.deleted_at is null
          and (p.held_until is null or p.held_until <= ${now}::timestamptz) and ${unsynced}
        returning ${endpointColumns("p")}`,
  );
  return rows[0] ?? null;
}

/**
 * Lets go of an endpoint. `ifIdle`: only if nothing is due to it, asked in the same statement: who rings for something new either
 * finds the endpoint free or is seen here. Answers whether it did, and whether the endpoint was changed since it was taken.
 */
export async function releaseEndpoint(
  db: Queries,
  { endpointId, holder }: Hold,
  options: { now: Date; ifIdle: boolean; known: Pick<EndpointRow, "updatedAt"> },
): Promise<{ released: boolean; changed: boolean }> {
  const { now, ifIdle, known } = options;
  const [row] = await query<{ changed: boolean }>(
    db,
    sql`update endpoints p set held_by = null, held_until = null
        where p.id = ${endpointId} and p.held_by = ${holder} and ${unsynced}
          and not (${ifIdle}::boolean and exists (
            select from deliveries d
            where d.endpoint_id = ${endpointId} and d.state = 'pending' and d.due_at <= ${now}::timestamptz))
        returning p.updated_at <> ${known.updatedAt}::timestamptz as changed`,
  );
  return { released: row !== undefined, changed: row?.changed ?? false };
}

/** True; and the commit does not wait for the disk. A hold that is lost with the machine is no loss, and no attempt should wait for it. */
const unsynced = sql`set_config('synchronous_commit', 'off', true) is not null`;
