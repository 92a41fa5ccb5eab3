import { type EventType, optInEventTypes } from "@darkroom/contract/events";
import { type Db, empty, query, type Sql, sql } from "../db/database.ts";
import { newId } from "../ids.ts";

/** Endpoints that an event was put in line for: whoever wrote it rings for them. */
export type Told = { told: string[] };

/**
 * Common table expressions that write an event and a pending delivery for every endpoint that wants it: for the statement that
 * makes the event true, so that both happen or neither. `source` gives at most one row: tenant_id, job_id, data. `also` gives
 * further targets: endpoint_id, url. Ask for the endpoints with `toldBy`.
 */
export function eventWith(type: EventType, options: { source: Sql; also?: Sql; now: Date }): Sql {
  const { source, also, now } = options;
  return sql`event as (
    insert into events (id, tenant_id, type, job_id, data, created_at)
    select ${newId("evt")}, s.tenant_id, ${type}, s.job_id, s.data, ${now}::timestamptz from (${source}) s
    returning id, tenant_id, type, job_id
  ), target as (
    select p.id as endpoint_id, null as url, p.fifo from event e join endpoints p on p.tenant_id = e.tenant_id
    where p.kind = 'registered' and p.deleted_at is null and p.state <> 'disabled' and ${wants("p", sql`e.type`)}
    ${also ? sql`union all select a.endpoint_id, a.url, 'none'::fifo from (${also}) a` : empty}
  ), delivery as (${deliveries(sql`event e cross join target t`, now)})`;
}

/** The endpoints of `eventWith`, as a column of the statement it is part of. */
export const toldBy = sql`(select coalesce(array_agg(distinct endpoint_id), '{}') from delivery) as told`;

/** Whether endpoint `alias` is sent this type. */
export function wants(alias: "p", type: Sql): Sql {
  const columns = { p: sql`p.events` }[alias];
  return sql`(${type} = any(${columns}) or (${columns} = '{}' and ${type} <> all(${optInEventTypes}::text[])))`;
}

/**
 * Ids have to be made before their number is known: one is, and its last two characters count (32² = 1024 targets, more than
 * there may be endpoints). 118 bits of it stay as they were.
 */
function deliveries(from: Sql, now: Date): Sql {
  const start = newId("dlv").slice(0, -2);
  const digits = "0123456789abcdefghjkmnpqrstvwxyz";
  return sql`insert into deliveries (id, tenant_id, event_id, endpoint_id, type, url, fifo_key, state, due_at, created_at)
    select ${start} || substr(${digits}, 1 + (place / 32)::int, 1) || substr(${digits}, 1 + (place % 32)::int, 1),
      tenant_id, event_id, endpoint_id, type, url, fifo_key, 'pending', ${now}::timestamptz, ${now}::timestamptz
    from (select e.tenant_id, e.id as event_id, e.type, t.endpoint_id, t.url, row_number() over (order by t.endpoint_id) - 1 as place,
            case t.fifo when 'endpoint' then t.endpoint_id when 'job' then e.job_id end as fifo_key
          from ${from}) as made
    returning endpoint_id`;
}

/**
 * Tells a tenant's systems something that follows from no job: the event and its deliveries in one statement. Give it the
 * transaction that makes the event true, and ring for `told` after the commit (deliveries/ring-endpoints.ts).
 */
export async function emitEvent(
  db: Pick<Db, "$queryRaw">,
  event: { tenantId: string; type: EventType; data: Record<string, unknown>; now: Date },
): Promise<string[]> {
  const source = sql`select ${event.tenantId} as tenant_id, null::text as job_id, ${JSON.stringify(event.data)}::jsonb as data`;
  const rows = await query<Told>(db, sql`with ${eventWith(event.type, { source, now: event.now })} select ${toldBy}`);
  return rows[0]?.told ?? [];
}
