import { type Db, query, sql } from "../db/database.ts";

/** How many jobs of a tenant wait, counted up to `max`: the cost is bounded however long its backlog. */
export async function countQueued(db: Pick<Db, "$queryRaw">, tenantId: string, max: number): Promise<number> {
  const rows = await query<{ count: number }>(
    db,
    sql`select count(*)::int as count from (
          select 1 from jobs where tenant_id = ${tenantId} and state = 'queued' limit ${max}) waiting`,
  );
  return rows[0]?.count ?? 0;
}
