import { type Db, query, sql } from "../db/database.ts";

export type DoubtedSubmit = {
  jobId: string;
  tenantId: string;
  attempt: number;
  doubtedAt: Date;
  requestId: string | null;
  /** fal had it: a blind retry would have been paid for twice. False while that is open, or if fal never had it. */
  prevented: boolean;
};

/** Submits whose reply was lost, newest first: what a client that simply retries would have sent, and perhaps paid, again. */
export function listDoubted(db: Db, options: { limit: number }): Promise<DoubtedSubmit[]> {
  return query<DoubtedSubmit>(
    db,
    sql`select a.job_id as "jobId", j.tenant_id as "tenantId", a.number as attempt, a.doubted_at as "doubtedAt",
               a.request_id as "requestId", a.outcome = 'accepted' as prevented
        from attempts a join jobs j on j.id = a.job_id
        where a.doubted_at is not null order by a.doubted_at desc limit ${options.limit}`,
  );
}

/** How many double charges were prevented so far. */
export async function countPrevented(db: Db): Promise<number> {
  const rows = await query<{ count: number }>(
    db,
    sql`select count(*)::int as count from attempts where doubted_at is not null and outcome = 'accepted'`,
  );
  return rows[0]?.count ?? 0;
}
