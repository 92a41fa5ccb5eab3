/** The fields of the result that must be 0. */
export const deadlyRules = [
  "stuck",
  "lost",
  "paid_twice",
  "outputs_missing",
  "outputs_corrupt",
  "ledger_mismatch",
  "events_undelivered",
] as const;
export type DeadlyRule = (typeof deadlyRules)[number];

/** One broken promise, with what is needed to look into it. */
export type Violation = { rule: DeadlyRule; what: string; jobId: string | null; detail: Record<string, unknown> };
