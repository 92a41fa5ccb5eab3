import { type EventType, optInEventTypes } from "@darkroom/contract/events";
import { empty, type Queries, query, raw, type Sql, sql } from "../db/database.ts";
import { newId } from "../ids.ts";

/** Endpoints that an event was put in line for: whoever wrote it rings for them. */
export type Told = { told: string[] };

/**
 * Common table expressions that write events and a pending delivery for every endpoint that wants them: for the statement that
 * makes the events true, so that both happen or neither. `source`: id, tenant_id, job_id, data, at; one row per event. `also` gives
 * further targets: event_id, endpoint_id, url. Ask for the endpoints with `toldBy`.
 */
export function eventWith(type: EventType, { source, also }: { source: Sql; also?: Sql }): Sql {
  return sql`event as (
    insert into events (id, tenant_id, type, job_id, data, created_at)
    select s.id, s.tenant_id, ${type}, s.job_id, s.data, s.at from (${source}) s
    returning id, tenant_id, type, job_id, created_at
  ), target as (
    select e.id as event_id, p.id as endpoint_id, null as url, p.fifo from event e join endpoints p on p.tenant_id = e.tenant_id
    where p.kind = 'registered' and p.deleted_at is null and p.state <> 'disabled' and ${wants("p", sql`e.type`)}
    ${also ? sql`union all select a.event_id, a.endpoint_id, a.url, 'none'::fifo from (${also}) a` : empty}
  ), delivery as (${deliveries})`;
}

/** The endpoints that were told of a job by `eventWith`, as a column of the statement it is part of. `alias`: where the job is. */
export function toldBy(alias: "moved" | "held"): Sql {
  return sql`(select coalesce(array_agg(distinct d.endpoint_id), '{}') from event e join delivery d on d.event_id = e.id
    where e.job_id = ${raw(alias)}.id) as told`;
}

/** Whether endpoint `alias` is sent this type. */
export function wants(alias: "p", type: Sql): Sql {
  const columns = { p: sql`p.events` }[alias];
  return sql`(${type} = any(${columns}) or (${columns} = '{}' and ${type} <> all(${optInEventTypes}::text[])))`;
}

const digits = raw("'0123456789abcdefghjkmnpqrstvwxyz'");

/**
 * Ids have to be made before their number is known: they are their event's, with two last characters that count (32² = 1024
 * targets, more than there may be endpoints). 118 bits of it stay as they were.
 */
const deliveries = sql`insert into deliveries (id, tenant_id, event_id, endpoint_id, type, url, fifo_key, state, due_at, created_at)
    select 'dlv_' || substr(event_id, 5, 24) || substr(${digits}, 1 + (place / 32)::int, 1) || substr(${digits}, 1 + (place % 32)::int, 1),
      tenant_id, event_id, endpoint_id, type, url, fifo_key, 'pending', created_at, created_at
    from (select e.tenant_id, e.id as event_id, e.type, e.created_at, t.endpoint_id, t.url,
            row_number() over (partition by e.id order by t.endpoint_id) - 1 as place,
            case t.fifo when 'endpoint' then t.endpoint_id when 'job' then e.job_id end as fifo_key
          from event e join target t on t.event_id = e.id) as made
    order by event_id, place
    returning endpoint_id, event_id`;

/**
 * Tells a tenant's systems something that follows from no job: the event and its deliveries in one statement. Give it the
 * transaction that makes the event true, and ring for `told` after the commit (deliveries/ring-endpoints.ts).
 */
export async function emitEvent(
  db: Queries,
  event: { tenantId: string; type: EventType; data: Record<string, unknown>; now: Date },
): Promise<string[]> {
  const source = sql`select ${newId("evt")} as id, ${event.tenantId} as tenant_id, null::text as job_id,
    ${JSON.stringify(event.data)}::jsonb as data, ${event.now}::timestamptz as at`;
  const told = sql`select coalesce(array_agg(distinct endpoint_id), '{}') as told from delivery`;
  const rows = await query<Told>(db, sql`with ${eventWith(event.type, { source })} ${told}`);
  return rows[0]?.told ?? [];
}
