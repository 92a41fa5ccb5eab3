import { type Database, query, sql } from "../db/database.ts";
import { lined } from "../db/lined.ts";
import type { JobRow } from "../jobs/job-row.ts";
import { type RetryResult, retryJob } from "../jobs/retry-job.ts";
import { hasBudget } from "./list-budgets.ts";
import { type BudgetExceeded, findExceeded, lockBudgets } from "./lock-budgets.ts";
import { tellThresholds } from "./tell-thresholds.ts";

/** A retry, with the endpoints to ring because a budget crossed a threshold. */
export type RetryWithinResult = (RetryResult | { outcome: "budget_exceeded"; exceeded: BudgetExceeded }) & {
  told: string[];
};

/**
 * Opens a job again that fal will bill once more, if the budgets have room: those of its tenant and of the key it came with,
 * whoever retries it.
 */
export async function retryWithinBudgets(
  db: Database,
  job: Pick<JobRow, "id" | "tenantId" | "apiKeyId">,
  micros: number,
  now: Date,
): Promise<RetryWithinResult> {
  const { id: jobId, tenantId } = job;
  const who = { tenantId, jobId };
  if (!(await hasBudget(db, tenantId))) return { ...(await retryJob(db, who, now, micros)), told: [] };
  return retryInLine(db, { job, micros, now });
}

type Retry = { job: Pick<JobRow, "id" | "tenantId" | "apiKeyId">; micros: number; now: Date };

/** One after the other: they would wait for each other's budgets anyway, each with a connection that others need. */
const retryInLine = lined(
  (db, retries: readonly Retry[]) => Promise.all(retries.map((retry) => retryUnderLock(db, retry))),
  { lineOf: ({ job }) => job.tenantId, sizeOf: () => 1, sizeMax: 1 },
);

function retryUnderLock(db: Database, { job, micros, now }: Retry): Promise<RetryWithinResult> {
  const { id: jobId, tenantId, apiKeyId } = job;
  return db.$transaction(async (tx): Promise<RetryWithinResult> => {
    // The job before the budgets, as the statement that ends a job takes them: two that wait for each other would be one too many.
    await query(tx, sql`select 1 from jobs where id = ${jobId} for update`);
    const budgets = await lockBudgets(tx, [{ tenantId, apiKeyId }], now);
    const exceeded = findExceeded(budgets, micros, now);
    const result = exceeded
      ? ({ outcome: "budget_exceeded", exceeded } as const)
      : await retryJob(tx, { tenantId, jobId }, now, micros);
    const reserved = result.outcome === "queued" ? micros : 0;
    const after = budgets.map((budget) => {
      return { budget, usedMicros: budget.usedMicros + reserved, refused: budget.id === exceeded?.budgetId };
    });
    return { ...result, told: (await tellThresholds(tx, tenantId, after, now)).told };
  });
}
