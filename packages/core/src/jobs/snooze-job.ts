import { type Db, query, sql } from "../db/database.ts";
import type { JobState } from "./state.ts";

/** Says when a job that is where it was next needs attention. Nothing happens if it moved on meanwhile. */
export async function snoozeJob(
  db: Db,
  job: { id: string; state: JobState; attempt: number },
  dueAt: Date,
): Promise<void> {
  await query(
    db,
    sql`update jobs set due_at = ${dueAt}::timestamptz, step_tries = step_tries + 1
        where id = ${job.id} and state = ${job.state}::job_state and attempt = ${job.attempt} returning 1`,
  );
}
