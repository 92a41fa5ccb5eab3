import type { Database, Db } from "../db/database.ts";
import { lined } from "../db/lined.ts";
import { type CreateResult, type Creation, createTogether, type NewJob } from "../jobs/create-jobs.ts";
import { type EarlierUse, findClaims } from "../jobs/find-claims.ts";
import type { JobRow } from "../jobs/job-row.ts";
import {
  type BudgetExceeded,
  budgetsOf,
  findExceeded,
  lockBudgets,
  type OpenBudget,
  type Spender,
} from "./lock-budgets.ts";
import { type Alerts, type BudgetAfter, tellThresholds } from "./tell-thresholds.ts";

type Transaction = Db & Pick<Database, "auditEntry">;

type Made = Extract<CreateResult, { outcome: "created" }> & {
  /** Ids of jobs that did not fit, each with the budget that had no room. */
  refused: Map<string, BudgetExceeded>;
};
/** What else became of them: the rows as they are then, and what followers may have at once (reuse/share-jobs.ts). */
type Completion = { jobs?: JobRow[]; sources?: string[] };
export type CreatedWithin = Made & Alerts & Completion;
export type CreateWithinResult = EarlierUse | CreatedWithin;

/** `complete`: further rows of the same transaction. It may be run twice, if others of its group were refused. */
export type BudgetedCreation = Creation & {
  who: Spender;
  complete?(tx: Transaction, made: Made): Promise<Completion>;
};

/** As many as a batch may bring: a group of single jobs is then no larger than a statement that is usual anyway. */
const jobsMax = 1_000;

/**
 * Accepts jobs of a spender who has budgets: those that fit, in their order, and none that does not. The budgets are held until the
 * end of the transaction, so that two creates see what the other took; those of one tenant that wait for that do it together, so
 * that a busy tenant never takes the connections of all others. Spenders without budgets take createJobs alone.
 * If no job fits nothing is made, and the idempotency key stays free.
 */
export const createWithinBudgets: (db: Database, creation: BudgetedCreation) => Promise<CreateWithinResult> = lined(
  (db, creations: readonly BudgetedCreation[]) => db.$transaction((tx) => createSeveral(tx, creations)),
  { lineOf, sizeOf: ({ jobs }) => jobs.length, sizeMax: jobsMax },
);

/** Of one tenant, and of one day: a group is asked against one period of each budget. */
function lineOf({ who, now }: BudgetedCreation): string {
  return `${who.tenantId} ${now.toISOString().slice(0, 10)}`;
}

async function createSeveral(tx: Transaction, creations: readonly BudgetedCreation[]): Promise<CreateWithinResult[]> {
  const [{ who, now }] = creations as [BudgetedCreation];
  const spenders = creations.map((creation) => creation.who) as [Spender];
  const budgets = await lockBudgets(tx, spenders, now);
  const { choices, after } = chooseFitting(creations, await findEarlier(tx, creations), budgets);
  const made = await createChosen(tx, choices);
  let alerts: Alerts = await tellThresholds(tx, who.tenantId, after, now);
  const results: CreateWithinResult[] = [];
  for (const [index, result] of made.entries()) {
    const { complete, refused } = choices[index] as Choice;
    if (result.outcome !== "created") results.push(result);
    else {
      const completion = await complete?.(tx, { ...result, refused });
      results.push({ ...result, refused, ...alerts, ...completion });
      // They are the group's; one of it tells.
      alerts = { crossed: [], told: [] };
    }
  }
  return results;
}

/** What fills the budget may be the very jobs that a key has made a moment ago: then they are the answer. */
async function findEarlier(tx: Db, creations: readonly BudgetedCreation[]): Promise<(EarlierUse | null)[]> {
  const claims = creations.flatMap(({ claim }) => claim ?? []);
  const uses = claims.length > 0 ? await findClaims(tx, claims) : [];
  return creations.map(({ claim }) => (claim ? (uses.shift() ?? null) : null));
}

type Choice = BudgetedCreation & {
  earlier: EarlierUse | null;
  /** In place of all that were asked for. */
  jobs: NewJob[];
  refused: Map<string, BudgetExceeded>;
};

/** One after the other, as if each had come alone. */
function chooseFitting(
  creations: readonly BudgetedCreation[],
  earlier: readonly (EarlierUse | null)[],
  budgets: readonly OpenBudget[],
): { choices: Choice[]; after: BudgetAfter[] } {
  const open = budgets.map((budget) => ({ ...budget, isFull: false }));
  const taken = new Set<string>();
  const choices = creations.map((creation, index): Choice => {
    const { claim, now, who } = creation;
    const choice: Choice = { ...creation, earlier: earlier[index] ?? null, refused: new Map() };
    // The second of two with one key: the first one's jobs are its answer, and it reserves nothing.
    if (choice.earlier || (claim && taken.has(claim.key))) return choice;
    const mine = budgetsOf(open, who);
    choice.jobs = creation.jobs.filter((job) => {
      const exceeded = takeRoom(mine, job.reservedMicros, now);
      if (exceeded) choice.refused.set(job.id, exceeded);
      return !exceeded;
    });
    if (claim && choice.jobs.length > 0) taken.add(claim.key);
    return choice;
  });
  const after = budgets.map((budget, index) => {
    const { usedMicros, isFull } = open[index] as (typeof open)[number];
    return { budget, usedMicros, refused: isFull };
  });
  return { choices, after };
}

/** In all of these budgets, or in none: then the one that has none left, which is told of it. */
function takeRoom(budgets: (OpenBudget & { isFull: boolean })[], micros: number, now: Date): BudgetExceeded | null {
  const exceeded = findExceeded(budgets, micros, now);
  for (const budget of budgets) {
    if (!exceeded) budget.usedMicros += micros;
    else if (budget.id === exceeded.budgetId) budget.isFull = true;
  }
  return exceeded;
}

/** In one statement. One that has no job left makes nothing. */
async function createChosen(tx: Db, choices: readonly Choice[]): Promise<CreateResult[]> {
  const open = choices.filter(({ earlier, jobs }) => !earlier && jobs.length > 0);
  const made = open.length > 0 ? await createTogether(tx, open) : [];
  return choices.map(({ earlier, jobs }): CreateResult => {
    if (earlier) return earlier;
    return jobs.length > 0 ? (made.shift() as CreateResult) : { outcome: "created", jobs: [] };
  });
}
