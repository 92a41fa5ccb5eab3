import { type Queries, query, sql } from "../db/database.ts";
import { grouped } from "../db/grouped.ts";
import { type JobRow, jobColumns } from "./job-row.ts";

/** An attempt by the token in its fal webhook URL, with its job as it is now: which may be on a later attempt already. */
export type NamedAttempt = { attemptId: string; requestId: string | null; job: JobRow };

/** One query, for all webhooks that come together: fal waits for our answer. */
export const findAttemptByToken: (db: Queries, token: string) => Promise<NamedAttempt | null> = grouped(findAttempts);

async function findAttempts(db: Queries, tokens: readonly string[]): Promise<(NamedAttempt | null)[]> {
  const rows = await query<JobRow & { token: string; attemptId: string; number: number; requestId: string | null }>(
    db,
    sql`select ${jobColumns("j")}, a.token, a.id as "attemptId", a.number, a.request_id as "requestId"
        from attempts a join jobs j on j.id = a.job_id where a.token = any(${[...tokens]}::text[])`,
  );
  const found = new Map(
    rows.map(({ token, attemptId, number, requestId, ...job }) => {
      // An answer is judged against the attempt it belongs to: with the job's own number it could pass for the present one's.
      return [token, { attemptId, requestId, job: { ...job, attempt: number } }];
    }),
  );
  return tokens.map((token) => found.get(token) ?? null);
}
