import { type Db, query, sql } from "../db/database.ts";
import { type JobRow, jobColumns } from "./job-row.ts";

/** Takes a job's copying for as long as the lease: null if it is not copying, or somebody else has it. */
export async function claimCopy(
  db: Db,
  jobId: string,
  options: { now: Date; leaseEndsAt: Date },
): Promise<JobRow | null> {
  const rows = await query<JobRow>(
    db,
    sql`update jobs set due_at = ${options.leaseEndsAt}::timestamptz
        where id = ${jobId} and state = 'copying' and due_at <= ${options.now}::timestamptz
        returning ${jobColumns("jobs")}`,
  );
  return rows[0] ?? null;
}
