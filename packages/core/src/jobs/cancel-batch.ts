import pLimit from "p-limit";
import { type Db, query, sql } from "../db/database.ts";
import { type CancelResult, cancelJob } from "./cancel-job.ts";

/** Cancels at once: a batch has at most a thousand jobs, and each cancel is one short statement. */
const atOnce = pLimit(10);

/** Cancels whatever of a tenant's batch has not ended. Answers what became of each; empty if nothing was left. */
export async function cancelBatch(
  db: Db,
  who: { tenantId: string; batchId: string },
  now: Date,
): Promise<Exclude<CancelResult, { outcome: "not_found" }>[]> {
  const open = await query<{ id: string }>(
    db,
    sql`select id from jobs where batch_id = ${who.batchId} and tenant_id = ${who.tenantId}
        and state in ('queued', 'submitting', 'submitted') order by id`,
  );
  const canceled = await Promise.all(
    open.map(({ id }) => atOnce(() => cancelJob(db, { tenantId: who.tenantId, jobId: id }, now))),
  );
  return canceled.filter((result) => result.outcome !== "not_found");
}
