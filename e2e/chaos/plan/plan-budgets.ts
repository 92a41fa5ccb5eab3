/** What a tenant, or one of its keys, may spend: some of it so little that jobs are refused, with a 402 that a good client accepts. */
export type PlannedBudget = { tenant: number; apiKey: number | null; period: "day" | "month"; limitMicros: number };

/** About what a planned job reserves: most are one small picture, some four, some have their prompt expanded. */
const jobMicros = 1_000;

export function planBudgets(options: { jobs: number }): PlannedBudget[] {
  const ofTenant = (options.jobs / 4) * jobMicros;
  const share = (part: number) => Math.round(ofTenant * part);
  return [
    // Tenant 0 has none. Tenant 1 never comes near it.
    { tenant: 1, apiKey: null, period: "month", limitMicros: share(20) },
    { tenant: 2, apiKey: null, period: "day", limitMicros: share(0.6) },
    { tenant: 3, apiKey: null, period: "month", limitMicros: share(0.9) },
    { tenant: 3, apiKey: 1, period: "day", limitMicros: share(0.2) },
  ];
}

/** Only who is under a budget may be told that it is spent. */
export function isUnderBudget({ tenant, apiKey }: { tenant: number; apiKey: number }): boolean {
  return planBudgets({ jobs: 1 }).some(
    (budget) => budget.tenant === tenant && (budget.apiKey === null || budget.apiKey === apiKey),
  );
}
