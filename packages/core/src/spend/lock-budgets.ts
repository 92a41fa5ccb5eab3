import { type Db, query, sql } from "../db/database.ts";
import type { BudgetPeriod } from "../generated/prisma/enums.ts";
import { resetsAt } from "./period.ts";

/** A budget in its present period, held against other reservations until the transaction ends. */
export type OpenBudget = {
  id: string;
  /** Null: the budget is the tenant's. */
  apiKeyId: string | null;
  period: BudgetPeriod;
  startsAt: Date;
  limitMicros: number;
  usedMicros: number;
  alertedPercent: number;
};

export type Spender = { tenantId: string; apiKeyId: string | null };

/**
 * Takes hold of every budget that these spenders of one tenant are under. Two creates against one budget so follow each other, and
 * both see what the other took: a budget for 50 lets exactly 50 through. In the order of their ids, so that nobody waits in a circle.
 */
export async function lockBudgets(
  tx: Pick<Db, "$queryRaw">,
  spenders: readonly [Spender, ...Spender[]],
  now: Date,
): Promise<OpenBudget[]> {
  const [{ tenantId }] = spenders;
  const apiKeyIds = spenders.flatMap(({ apiKeyId }) => apiKeyId ?? []);
  const rows = await query<
    Omit<OpenBudget, "limitMicros" | "usedMicros"> & { limitMicros: bigint; usedMicros: bigint }
  >(
    tx,
    sql`with mine as (
          select id, api_key_id, period, limit_micros from budgets
          where tenant_id = ${tenantId} and (api_key_id is null or api_key_id = any(${apiKeyIds}::text[])) order by id
        ), held as (
          insert into budget_uses (budget_id, starts_at, used_micros)
          select id, date_trunc(period::text, ${now}::timestamptz, 'UTC'), 0 from mine
          -- An update that changes nothing, for its lock.
          on conflict (budget_id, starts_at) do update set used_micros = budget_uses.used_micros
          returning budget_id, starts_at, used_micros, alerted_percent
        )
        select m.id, m.api_key_id as "apiKeyId", m.period, h.starts_at as "startsAt",
               m.limit_micros as "limitMicros", h.used_micros as "usedMicros", h.alerted_percent as "alertedPercent"
        from mine m join held h on h.budget_id = m.id`,
  );
  return rows.map((row) => ({ ...row, limitMicros: Number(row.limitMicros), usedMicros: Number(row.usedMicros) }));
}

/** Why a reservation does not fit: the tightest budget, as the 402 tells it. */
export type BudgetExceeded = {
  budgetId: string;
  scope: "tenant" | "api_key";
  period: BudgetPeriod;
  limitMicros: number;
  usedMicros: number;
  resetsAt: Date;
};

/** Those of a tenant's budgets that one spender is under. */
export function budgetsOf<Budget extends OpenBudget>(budgets: readonly Budget[], { apiKeyId }: Spender): Budget[] {
  return budgets.filter((budget) => budget.apiKeyId === null || budget.apiKeyId === apiKeyId);
}

/** The first budget that has no room for this much more, or null. */
export function findExceeded(budgets: readonly OpenBudget[], moreMicros: number, now: Date): BudgetExceeded | null {
  const full = budgets.find((budget) => budget.usedMicros + moreMicros > budget.limitMicros);
  if (!full) return null;
  const { id, apiKeyId, period, limitMicros, usedMicros } = full;
  const scope = apiKeyId === null ? "tenant" : "api_key";
  return { budgetId: id, scope, period, limitMicros, usedMicros, resetsAt: resetsAt(period, now) };
}
