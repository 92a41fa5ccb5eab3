import { type Db, query, raw, sql } from "../db/database.ts";

/** Most jobs promoted at once: bounds a dispatch after many were scheduled for one minute; the next takes the rest. */
const batchMax = 1_000;

/**
 * Where a job stands in its tenant's line: since when it could wait, with a head start of a minute per point of priority. A low
 * priority so waits longer, but ages; nothing waits for ever. One expression, used wherever a job begins to wait.
 */
export const queueAtOf = raw("coalesce(run_at, created_at) - priority * interval '60 seconds'");

/** Lets jobs stand in line whose time has come: those scheduled for now, and those whose pause after a failure is over. */
export async function promoteDueJobs(db: Pick<Db, "$queryRaw">, now: Date): Promise<void> {
  await query(
    db,
    sql`update jobs set queue_at = ${queueAtOf}
        where id in (select id from jobs where state = 'queued' and queue_at is null and due_at <= ${now}::timestamptz
                     order by due_at limit ${batchMax})
          and state = 'queued' returning 1`,
  );
}
