import { type Db, query, sql } from "../db/database.ts";
import type { OpenBudget } from "./lock-budgets.ts";

/** Shares of a budget at which its owner is told. */
const thresholds = [50, 80, 100] as const;

export type Crossed = { budget: OpenBudget; percent: (typeof thresholds)[number]; usedMicros: number };

/** Which thresholds a reservation of so much crosses, for budgets held by lockBudgets: each is told of once per period. */
export async function noteThresholds(
  tx: Pick<Db, "$queryRaw">,
  budgets: readonly OpenBudget[],
  micros: number,
): Promise<Crossed[]> {
  const crossed = budgets.flatMap((budget): Crossed[] => {
    const usedMicros = budget.usedMicros + micros;
    const reached = thresholds.filter(
      (percent) => percent > budget.alertedPercent && usedMicros * 100 >= budget.limitMicros * percent,
    );
    const percent = reached.at(-1);
    return percent ? [{ budget, percent, usedMicros }] : [];
  });
  for (const { budget, percent } of crossed) {
    await query(
      tx,
      sql`update budget_uses set alerted_percent = ${percent}
          where budget_id = ${budget.id} and starts_at = ${budget.startsAt}::timestamptz returning 1`,
    );
  }
  return crossed;
}
