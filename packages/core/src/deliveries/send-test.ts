import { type Db, query, sql } from "../db/database.ts";
import { newId } from "../ids.ts";

/** A test.ping for one endpoint, whatever types it wants: from here on a delivery like any other. Answers its id. */
export async function sendTest(
  db: Pick<Db, "$queryRaw">,
  endpoint: { id: string; tenantId: string },
  now: Date,
): Promise<string> {
  const [eventId, id] = [newId("evt"), newId("dlv")];
  const data = JSON.stringify({ endpoint_id: endpoint.id });
  await query(
    db,
    sql`with event as (
          insert into events (id, tenant_id, type, data, created_at)
          values (${eventId}, ${endpoint.tenantId}, 'test.ping', ${data}::jsonb, ${now}::timestamptz)
        )
        insert into deliveries (id, tenant_id, event_id, endpoint_id, type, fifo_key, state, due_at, created_at)
        select ${id}, p.tenant_id, ${eventId}, p.id, 'test.ping', case p.fifo when 'endpoint' then p.id end, 'pending',
          ${now}::timestamptz, ${now}::timestamptz
        from endpoints p where p.id = ${endpoint.id} returning 1`,
  );
  return id;
}
