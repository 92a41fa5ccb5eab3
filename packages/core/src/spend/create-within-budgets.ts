import type { Database } from "../db/database.ts";
import { type CreateResult, createJobs, type IdempotencyClaim, type NewJob } from "../jobs/create-jobs.ts";
import { type BudgetExceeded, findExceeded, lockBudgets, type Spender } from "./lock-budgets.ts";
import { type Crossed, takeFromBudgets } from "./take-from-budgets.ts";

export type CreateWithinResult =
  | (Exclude<CreateResult, { outcome: "created" }> & { crossed?: never })
  | (Extract<CreateResult, { outcome: "created" }> & {
      /** Ids of jobs that did not fit, each with the budget that had no room. */
      refused: Map<string, BudgetExceeded>;
      crossed: Crossed[];
    });

/** Thrown inside the transaction to undo a reservation whose jobs were not made after all. */
class Undo extends Error {
  readonly result: CreateWithinResult;
  constructor(result: CreateWithinResult) {
    super("reservation undone");
    this.result = result;
  }
}

/**
 * Accepts jobs of a spender who has budgets: those that fit, in their order, and none that does not. Budgets, jobs, reservations
 * and idempotency key are one transaction. Spenders without budgets take createJobs, which is one statement.
 */
export async function createWithinBudgets(
  db: Database,
  request: { who: Spender; jobs: NewJob[]; claim: IdempotencyClaim | null; now: Date },
): Promise<CreateWithinResult> {
  const work = db.$transaction(async (tx) => {
    const budgets = await lockBudgets(tx, request.who, request.now);
    const { fitting, refused, micros } = chooseFitting(request.jobs, budgets, request.now);
    const crossed = await takeFromBudgets(tx, budgets, micros);
    const created = await createJobs(tx, {
      jobs: fitting,
      claim: fitting.length > 0 ? request.claim : null,
      now: request.now,
    });
    if (created.outcome !== "created") throw new Undo(created);
    return { ...created, refused, crossed };
  });
  return work.catch((error: unknown) => {
    if (error instanceof Undo) return error.result;
    throw error;
  });
}

function chooseFitting(jobs: readonly NewJob[], budgets: Awaited<ReturnType<typeof lockBudgets>>, now: Date) {
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
