import type { Database } from "../db/database.ts";
import { periodStart, resetsAt } from "./period.ts";

export type BudgetState = {
  id: string;
  apiKeyId: string | null;
  period: "day" | "month";
  limitMicros: number;
  usedMicros: number;
  resetsAt: Date;
};

/** A tenant's budgets with what of them is used at present. */
export async function listBudgets(db: Pick<Database, "budget">, tenantId: string, now: Date): Promise<BudgetState[]> {
  const starts = [periodStart("day", now), periodStart("month", now)];
  const rows = await db.budget.findMany({
    where: { tenantId },
    include: { uses: { where: { startsAt: { in: starts } } } },
    orderBy: { id: "asc" },
  });
  return rows.map(({ id, apiKeyId, period, limitMicros, uses }) => {
    const use = uses.find(({ startsAt }) => startsAt.getTime() === periodStart(period, now).getTime());
    return {
      id,
      apiKeyId,
      period,
      limitMicros: Number(limitMicros),
      usedMicros: Number(use?.usedMicros ?? 0n),
      resetsAt: resetsAt(period, now),
    };
  });
}

/** Whether a spender is under any budget: who is not takes the quicker way. */
export async function hasBudget(db: Pick<Database, "budget">, tenantId: string): Promise<boolean> {
  return (await db.budget.findFirst({ where: { tenantId }, select: { id: true } })) !== null;
}
