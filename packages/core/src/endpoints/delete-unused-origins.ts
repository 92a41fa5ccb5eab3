import { type Queries, query, sql } from "../db/database.ts";

/** Few enough that a sweep is not held up; there is another one in a second. */
const batchMax = 100;

/** Deletes endpoints of origins that no job can name any more and no delivery in the log does. Returns how many. */
export async function deleteUnusedOrigins(db: Queries, options: { now: Date; retentionDays: number }): Promise<number> {
  const before = new Date(options.now.getTime() - options.retentionDays * 86_400_000);
  const rows = await query(
    db,
    sql`delete from endpoints p where p.id in (
          select o.id from endpoints o where o.kind = 'job_url' and o.used_until < ${before}::timestamptz
            and (select d.id from deliveries d where d.endpoint_id = o.id order by d.id desc limit 1) is null
          order by o.used_until limit ${batchMax}
        ) and p.used_until < ${before}::timestamptz returning 1`,
  );
  return rows.length;
}
