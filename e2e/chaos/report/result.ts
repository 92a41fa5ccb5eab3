import type { Struck } from "../faults/torment.ts";
import type { Backend } from "../plan/plan-faults.ts";
import type { Verdict } from "../verdict/judge.ts";
import { deadlyRules } from "../verdict/violation.ts";

/** The last line of a run. Its fields are public. */
export type Result = {
  backend: Backend;
  seed: number;
  seconds: number;
  jobs_accepted: number;
  /** Jobs that a budget had no room for (402). */
  over_budget: number;
  succeeded: number;
  failed: number;
  canceled: number;
  stuck: number;
  lost: number;
  paid_twice: number;
  unknown_submits: number;
  outputs_missing: number;
  outputs_corrupt: number;
  orphan_objects: number;
  ledger_mismatch: number;
  events_undelivered: number;
  duplicate_deliveries: number;
  /** How often each fault struck: ours, customers' (`customer:…`), and fal's by the emulator's own count (`fal:…`). */
  faults: Record<string, number>;
};

export function toResult(
  run: { backend: Backend; seed: number; seconds: number },
  { counts }: Pick<Verdict, "counts">,
  struck: readonly Pick<Struck, "name">[],
  strikes: Readonly<Record<string, number>>,
): Result {
  return {
    backend: run.backend,
    seed: run.seed,
    seconds: run.seconds,
    jobs_accepted: counts.jobs_accepted,
    over_budget: counts.over_budget,
    succeeded: counts.succeeded,
    failed: counts.failed,
    canceled: counts.canceled,
    stuck: counts.stuck,
    lost: counts.lost,
    paid_twice: counts.paid_twice,
    unknown_submits: counts.unknown_submits,
    outputs_missing: counts.outputs_missing,
    outputs_corrupt: counts.outputs_corrupt,
    orphan_objects: counts.orphan_objects,
    ledger_mismatch: counts.ledger_mismatch,
    events_undelivered: counts.events_undelivered,
    duplicate_deliveries: counts.duplicate_deliveries,
    faults: countFaults(struck, strikes),
  };
}

function countFaults(struck: readonly Pick<Struck, "name">[], strikes: Readonly<Record<string, number>>) {
  const counts = new Map<string, number>();
  for (const { name } of struck) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const [name, count] of Object.entries(strikes)) counts.set(name, count);
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b)));
}

export function isClean(result: Result): boolean {
  return deadlyRules.every((rule) => result[rule] === 0);
}
