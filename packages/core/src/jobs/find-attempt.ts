import { type Db, query, sql } from "../db/database.ts";
import { type JobRow, jobColumns } from "./job-row.ts";

/** An attempt by the token in its fal webhook URL, with its job as it is now: which may be on a later attempt already. */
export type NamedAttempt = { attemptId: string; requestId: string | null; job: JobRow };

/** One query: fal waits for our answer. */
export async function findAttemptByToken(db: Pick<Db, "$queryRaw">, token: string): Promise<NamedAttempt | null> {
  const rows = await query<JobRow & { attemptId: string; number: number; requestId: string | null }>(
    db,
    sql`select ${jobColumns("j")}, a.id as "attemptId", a.number, a.request_id as "requestId"
        from attempts a join jobs j on j.id = a.job_id where a.token = ${token}`,
  );
  const row = rows[0];
  if (!row) return null;
  const { attemptId, number, requestId, ...job } = row;
  // An answer is judged against the attempt it belongs to: with the job's own number it could pass for the present one's.
  return { attemptId, requestId, job: { ...job, attempt: number } };
}
