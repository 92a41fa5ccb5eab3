import type { Records } from "../records/gather-records.ts";
import { explainOrphans, type OrphanReason } from "./explain-orphans.ts";
import { type Case, type Indexed, indexRecords } from "./index-records.ts";
import { countDuplicates, judgeEvents, listExhausted } from "./judge-events.ts";
import { judgeMoney } from "./judge-money.ts";
import { judgeOutputs } from "./judge-outputs.ts";
import { judgePromises } from "./judge-promises.ts";
import { judgeSums, spentIn } from "./judge-sums.ts";
import { type DeadlyRule, deadlyRules, type Violation } from "./violation.ts";

export type Verdict = {
  counts: Record<DeadlyRule, number> & {
    jobs_accepted: number;
    over_budget: number;
    succeeded: number;
    failed: number;
    canceled: number;
    unknown_submits: number;
    orphan_objects: number;
    duplicate_deliveries: number;
  };
  violations: Violation[];
  orphans: Record<OrphanReason, string[]>;
  /** Allowed, and worth knowing. */
  notes: Record<string, unknown>;
};

/** Compares the five records. Pure: what it finds follows from them alone. */
export function judge(records: Records): Verdict {
  const indexed = indexRecords(records);
  const violations = [
    ...judgePromises(records, indexed),
    ...judgeMoney(records, indexed),
    ...judgeOutputs(records, indexed),
    ...judgeSums(records, indexed),
    ...judgeEvents(records, indexed),
  ];
  const orphans = explainOrphans(records, indexed);
  const broken = (rule: DeadlyRule) => violations.filter((violation) => violation.rule === rule).length;
  const inState = (state: string) => indexed.cases.filter(({ job }) => job.state === state).length;
  return {
    counts: {
      jobs_accepted: new Set(records.notebook.accepted.map(({ jobId }) => jobId)).size,
      over_budget: new Set(records.notebook.overBudget.map(({ name }) => name)).size,
      succeeded: inState("succeeded"),
      failed: inState("failed"),
      canceled: inState("canceled"),
      unknown_submits: indexed.cases.flatMap(endingsOf).filter(({ code }) => code === "submit_unknown").length,
      orphan_objects: Object.values(orphans).flat().length,
      duplicate_deliveries: countDuplicates(records),
      ...(Object.fromEntries(deadlyRules.map((rule) => [rule, broken(rule)])) as Record<DeadlyRule, number>),
    },
    violations,
    orphans,
    notes: takeNotes(records, indexed),
  };
}

const endingsOf = ({ rounds }: Case) => rounds.flatMap(({ endings }) => endings);
/** Promise 3 of the design: final by the deadline and a minute. */
const graceMs = 60_000;

function takeNotes(records: Records, { cases }: Indexed): Record<string, unknown> {
  const { customers, database, ledger, notebook } = records;
  const attempts = cases.flatMap((each) => each.attempts);
  const doubted = attempts.filter((attempt) => attempt.doubted);
  const failed = cases.filter(({ job }) => job.state === "failed");
  return {
    rows_without_promise: cases.length - new Set(notebook.accepted.map(({ jobId }) => jobId)).size,
    wishes_unanswered: notebook.unanswered,
    refused: notebook.refused.length,
    reopened: notebook.reopened.length,
    attempts: attempts.length,
    accepted_at_fal: ledger.length,
    billed_micros: ledger.reduce((sum, row) => sum + row.billedMicros, 0),
    submits_doubted: doubted.length,
    double_charges_prevented: doubted.filter((attempt) => attempt.outcome === "accepted").length,
    spent_micros: spentIn(database.spend),
    unknown_micros: unknownMicros(database.spend),
    charges_corrected: database.spend.filter(({ kind }) => kind === "correct").length,
    events: database.events.length,
    deliveries_heard: customers.heard.length,
    deliveries_exhausted: listExhausted(records).length,
    reused: cases.filter(({ job }) => job.reusedFrom !== null).length,
    charged_unknown: cases.filter(({ job }) => job.charged === "unknown").length,
    failed_by_code: tally(failed.map(({ job }) => job.errorCode ?? "none")),
    late: cases.filter(({ job }) => isLate(job)).map(({ job }) => job.id),
    replies: Object.fromEntries(notebook.replies),
    slow_replies: tally(notebook.slow.map(({ kind, request }) => `${kind} ${request.replace(/job_\w+/, "{id}")}`)),
    surprises: notebook.surprises,
  };
}

function isLate({ deadlineAt, finishedAt }: Case["job"]): boolean {
  return deadlineAt !== null && finishedAt !== null && Date.parse(finishedAt) > Date.parse(deadlineAt) + graceMs;
}

/** Settled as a guess, and not corrected. */
function unknownMicros(spend: Records["database"]["spend"]): number {
  const roundOf = ({ jobId, round }: (typeof spend)[number]) => `${jobId} ${round}`;
  const corrected = new Set(spend.filter(({ kind }) => kind === "correct").map(roundOf));
  const guesses = spend.filter((entry) => entry.estimated && !corrected.has(roundOf(entry)));
  return guesses.reduce((sum, { micros }) => sum + micros, 0);
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
