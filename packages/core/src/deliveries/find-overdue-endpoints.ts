import { type Db, query, sql } from "../db/database.ts";

export type WaitingEndpoint = {
  id: string;
  /** Disabled or deleted: what is pending will not be sent. */
  orphaned: boolean;
};

/**
 * Endpoints that have something to send and nobody who does it: due, with some grace for their own message. Looks at one index
 * entry per endpoint that has anything pending, however long the backlogs are. Leaves out those that could not be sent to anyway.
 */
export function findOverdueEndpoints(
  db: Pick<Db, "$queryRaw">,
  options: { now: Date; graceMs: number },
): Promise<WaitingEndpoint[]> {
  const { now } = options;
  const before = new Date(now.getTime() - options.graceMs);
  return query<WaitingEndpoint>(
    db,
    sql`with recursive waiting(id) as (
          (select endpoint_id from deliveries where state = 'pending' order by endpoint_id limit 1)
          union all
          select (select d.endpoint_id from deliveries d where d.state = 'pending' and d.endpoint_id > w.id
                  order by d.endpoint_id limit 1)
          from waiting w where w.id is not null
        )
        select p.id, (p.deleted_at is not null or p.state = 'disabled') as orphaned
        from waiting w join endpoints p on p.id = w.id
        where p.deleted_at is not null or p.state = 'disabled' or (
          p.state = 'enabled'
          and (p.held_until is null or p.held_until <= ${now}::timestamptz)
          and (p.opened_at is null or p.probe_at <= ${now}::timestamptz)
          and (p.blocked_until is null or p.blocked_until <= ${now}::timestamptz)
          and exists (select from deliveries d
                      where d.endpoint_id = p.id and d.state = 'pending' and d.due_at <= ${before}::timestamptz))`,
  );
}
