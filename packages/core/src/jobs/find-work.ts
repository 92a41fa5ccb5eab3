import { type Queries, query, type Sql, sql } from "../db/database.ts";
import { grouped } from "../db/grouped.ts";
import type { SubmitOutcome } from "../generated/prisma/enums.ts";
import { type JobRow, jobColumns } from "./job-row.ts";

/** A job together with its present attempt. */
export type WorkItem = JobRow & {
  attemptId: string;
  token: string;
  requestId: string | null;
  outcome: SubmitOutcome | null;
  inputHash: Uint8Array | null;
};

/** By the attempt's id: null if the job is no longer at that attempt. */
export const findWorkByAttempt: (db: Queries, attemptId: string) => Promise<WorkItem | null> = grouped(
  async (db: Queries, attemptIds: readonly string[]) => {
    const work = await find(db, sql`a.id = any(${[...attemptIds]}::text[])`);
    const byAttempt = new Map(work.map((item) => [item.attemptId, item]));
    return attemptIds.map((id) => byAttempt.get(id) ?? null);
  },
);

/** By the job's id: null if it does not exist, or was never attempted. */
export async function findWorkByJob(db: Queries, jobId: string): Promise<WorkItem | null> {
  const [item] = await find(db, sql`j.id = ${jobId}`);
  return item ?? null;
}

function find(db: Queries, which: Sql): Promise<WorkItem[]> {
  return query<WorkItem>(
    db,
    sql`select ${jobColumns("j")}, a.id as "attemptId", a.token, a.request_id as "requestId", a.outcome, a.input_hash as "inputHash"
        from jobs j join attempts a on a.job_id = j.id and a.number = j.attempt where ${which}`,
  );
}
