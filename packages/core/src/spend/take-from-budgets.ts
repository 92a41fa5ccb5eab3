import { type Db, query, sql } from "../db/database.ts";
import type { OpenBudget } from "./lock-budgets.ts";

/** Shares of a budget at which its owner is told. */
const thresholds = [50, 80, 100] as const;

export type Crossed = { budget: OpenBudget; percent: (typeof thresholds)[number]; usedMicros: number };

/** Reserves so much of each budget held by lockBudgets. Returns the thresholds this crossed, each told of once per period. */
export async function takeFromBudgets(
  tx: Pick<Db, "$queryRaw">,
  budgets: readonly OpenBudget[],
  micros: number,
): Promise<Crossed[]> {
  const taken = budgets.map((budget) => ({ ...budget, crossed: crossedBy(budget, micros) }));
  await query(
    tx,
    sql`update budget_uses u set used_micros = u.used_micros + ${micros}::bigint,
          alerted_percent = greatest(u.alerted_percent, t.percent)
        from unnest(${taken.map(({ id }) => id)}::text[], ${taken.map(({ startsAt }) => startsAt)}::timestamptz[],
                    ${taken.map(({ crossed }) => crossed ?? 0)}::int[]) as t(budget_id, starts_at, percent)
        where u.budget_id = t.budget_id and u.starts_at = t.starts_at returning 1`,
  );
  return taken.flatMap(({ crossed, ...budget }) =>
    crossed ? [{ budget, percent: crossed, usedMicros: budget.usedMicros + micros }] : [],
  );
}

function crossedBy(budget: OpenBudget, micros: number): (typeof thresholds)[number] | null {
  const used = budget.usedMicros + micros;
  const reached = thresholds.filter(
    (percent) => percent > budget.alertedPercent && used * 100 >= budget.limitMicros * percent,
  );
  return reached.at(-1) ?? null;
}
