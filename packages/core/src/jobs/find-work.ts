import { type Db, query, sql } from "../db/database.ts";
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
export async function findWorkByAttempt(db: Db, attemptId: string): Promise<WorkItem | null> {
  return first(db, sql`a.id = ${attemptId}`);
}

/** By the job's id: null if it does not exist, or was never attempted. */
export async function findWorkByJob(db: Db, jobId: string): Promise<WorkItem | null> {
  return first(db, sql`j.id = ${jobId}`);
}

async function first(db: Db, which: ReturnType<typeof sql>): Promise<WorkItem | null> {
  const rows = await query<WorkItem>(
    db,
    sql`select ${jobColumns("j")}, a.id as "attemptId", a.token, a.request_id as "requestId", a.outcome, a.input_hash as "inputHash"
        from jobs j join attempts a on a.job_id = j.id and a.number = j.attempt where ${which}`,
  );
  return rows[0] ?? null;
}
