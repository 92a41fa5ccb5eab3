import { type Db, query, sql } from "../db/database.ts";

/**
 * After a surprise: lets the row of a job (or of an attempt's job) rest, so that a bug costs one try a minute instead of one a
 * second. Nothing happens if the row is not due any more.
 */
export async function postponeJob(db: Db, id: string, options: { now: Date; dueAt: Date }): Promise<void> {
  await query(
    db,
    sql`update jobs set due_at = ${options.dueAt}::timestamptz, step_tries = step_tries + 1
        where id = coalesce((select job_id from attempts where id = ${id}), ${id}) and due_at <= ${options.now}::timestamptz
        returning 1`,
  );
}
