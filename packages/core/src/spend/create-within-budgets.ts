import type { Database, Db } from "../db/database.ts";
import { type CreateResult, type Creation, createJobs, type NewJob } from "../jobs/create-jobs.ts";
import { findClaim } from "../jobs/find-claims.ts";
import { type BudgetExceeded, findExceeded, lockBudgets, type OpenBudget, type Spender } from "./lock-budgets.ts";
import { type Alerts, tellThresholds } from "./tell-thresholds.ts";

export type CreatedWithin = Extract<CreateResult, { outcome: "created" }> & {
  /** Ids of jobs that did not fit, each with the budget that had no room. */
  refused: Map<string, BudgetExceeded>;
} & Alerts;
export type CreateWithinResult = Exclude<CreateResult, { outcome: "created" }> | CreatedWithin;

/**
 * Accepts jobs of a spender who has budgets: those that fit, in their order, and none that does not. Must run in a transaction:
 * the budgets are held until its end, so that two creates see what the other took. Spenders without budgets take createJobs alone.
 * If no job fits nothing is made, and the idempotency key stays free.
 */
export async function createWithinBudgets(
  tx: Db & Pick<Database, "auditEntry">,
  request: Creation & { who: Spender },
): Promise<CreateWithinResult> {
  const { who, jobs, claim, now } = request;
  const budgets = await lockBudgets(tx, who, now);
  const { fitting, refused, micros } = chooseFitting(jobs, budgets, now);
  const created =
    fitting.length === 0 && refused.size > 0
      ? await createNone(tx, claim)
      : await createJobs(tx, { jobs: fitting, claim, now });
  if (created.outcome !== "created") return created;
  const full = new Set([...refused.values()].map(({ budgetId }) => budgetId));
  const after = budgets.map((budget) => {
    return { budget, usedMicros: budget.usedMicros + micros, refused: full.has(budget.id) };
  });
  return { ...created, refused, ...(await tellThresholds(tx, who.tenantId, after, now)) };
}

/** What fills the budget may be the very jobs that this key has made a moment ago: then they are the answer. */
async function createNone(tx: Pick<Db, "$queryRaw">, claim: Creation["claim"]): Promise<CreateResult> {
  return (claim && (await findClaim(tx, claim))) ?? { outcome: "created", jobs: [] };
}

function chooseFitting(jobs: readonly NewJob[], budgets: readonly OpenBudget[], now: Date) {
  const refused = new Map<string, BudgetExceeded>();
  const fitting: NewJob[] = [];
  let micros = 0;
  for (const job of jobs) {
    const exceeded = findExceeded(budgets, micros + job.reservedMicros, now);
    if (exceeded) refused.set(job.id, exceeded);
    else {
      fitting.push(job);
      micros += job.reservedMicros;
    }
  }
  return { fitting, refused, micros };
}
