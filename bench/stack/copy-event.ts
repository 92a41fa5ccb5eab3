import { withClient } from "./databases.ts";

/**
 * Puts copies of the latest event in line for the endpoint it was made for, each of a job of its own: as if so many jobs had ended
 * while the endpoint was paused, without the time that takes.
 */
export function copyEvent(url: string, options: { endpointId: string; count: number }): Promise<void> {
  return withClient(url, async (client) => {
    await client.query("set synchronous_commit = off");
    await client.query(copies, [options.endpointId, options.count]);
    await client.query("analyze events, deliveries");
  });
}

/** Ids are sortable and shaped like ours: prefix and 26 characters of base32. */
const id = (prefix: string) => `'${prefix}_02' || lpad((start + n)::text, 24, '0')`;

const copies = `
  with latest as (
    select e.*, d.endpoint_id, (select count(*) from events) as start from events e join deliveries d on d.event_id = e.id
    where d.endpoint_id = $1 order by e.created_at desc limit 1
  ), event as (
    insert into events (id, tenant_id, type, job_id, data, created_at)
    select ${id("evt")}, tenant_id, type, ${id("job")}, jsonb_set(data, '{id}', to_jsonb(${id("job")})), now()
    from latest, generate_series(1, $2::int) n returning *
  )
  insert into deliveries (id, tenant_id, event_id, endpoint_id, type, state, due_at, created_at)
  select 'dlv' || substr(id, 4), tenant_id, id, $1, type, 'pending', now(), now() from event`;
