import { microsToUsd } from "@darkroom/contract/pricing/usd";
import { writeAudit } from "../audit/write-audit.ts";
import { type Database, query, sql } from "../db/database.ts";
import { emitEvent } from "../events/write-event.ts";
import type { OpenBudget } from "./lock-budgets.ts";
import { resetsAt } from "./period.ts";

/** Shares of a budget at which tenant and operator are told. */
const thresholds = [50, 80, 100] as const;
/** A refusal says that a budget is used up only if most of it is: one large job says nothing. */
const fullFrom = 80;

export type Percent = (typeof thresholds)[number];

/** Thresholds that were told of, and the endpoints to ring for it after the commit. */
export type Alerts = { crossed: { budgetId: string; percent: Percent }[]; told: string[] };

/** What a budget is after a reservation, and whether it had no room for another one. */
export type BudgetAfter = { budget: OpenBudget; usedMicros: number; refused: boolean };

/**
 * Tells of thresholds that a reservation crossed: an event for the tenant's endpoints, and an entry in the operator's audit, both
 * in the transaction that reserves, under the lock of lockBudgets. Once per threshold and period; of several at once only the
 * highest. A budget is rarely used to the last micro-dollar: it counts as 100 % used when it refuses what does not fit any more.
 */
export async function tellThresholds(
  tx: Pick<Database, "$queryRaw" | "auditEntry">,
  tenantId: string,
  budgets: readonly BudgetAfter[],
  now: Date,
): Promise<Alerts> {
  const alerts: Alerts = { crossed: [], told: [] };
  for (const after of budgets) {
    const percent = reachedBy(after);
    if (!percent || percent <= after.budget.alertedPercent) continue;
    const { id, startsAt } = after.budget;
    await query(
      tx,
      sql`update budget_uses set alerted_percent = ${percent}
          where budget_id = ${id} and starts_at = ${startsAt}::timestamptz returning 1`,
    );
    const data = factsOf(after, percent, now);
    alerts.told.push(...(await emitEvent(tx, { tenantId, type: "budget.threshold", data, now })));
    const start = { actor: { kind: "system", id: null, name: "budget" }, action: "budget.threshold", now } as const;
    await writeAudit(tx, start, "done", { target: { kind: "budget", id }, tenantId, detail: data });
    alerts.crossed.push({ budgetId: id, percent });
  }
  return alerts;
}

/** The highest threshold that is reached, or 0. */
export function reachedBy({ budget, usedMicros, refused }: BudgetAfter): Percent | 0 {
  if (usedMicros === 0 && !refused) return 0;
  const share = (percent: number) => usedMicros * 100 >= budget.limitMicros * percent;
  if (refused && share(fullFrom)) return 100;
  return thresholds.filter(share).at(-1) ?? 0;
}

function factsOf({ budget, usedMicros }: BudgetAfter, percent: Percent, now: Date) {
  const { id, apiKeyId, period, limitMicros } = budget;
  return {
    ...{ id, api_key_id: apiKeyId, period, percent },
    limit_usd: microsToUsd(limitMicros),
    used_usd: microsToUsd(usedMicros),
    resets_at: resetsAt(period, now).toISOString(),
  };
}
