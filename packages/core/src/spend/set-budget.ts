import { type Database, query, sql } from "../db/database.ts";
import type { Budget } from "../generated/prisma/client.ts";
import type { BudgetPeriod } from "../generated/prisma/enums.ts";
import { newId } from "../ids.ts";
import type { Spender } from "./lock-budgets.ts";
import { periodStart } from "./period.ts";
import { type Alerts, reachedBy, tellThresholds } from "./tell-thresholds.ts";

type Tx = Pick<Database, "$queryRaw" | "budget" | "budgetUse" | "auditEntry">;
type NewLimit = { period: BudgetPeriod; limitMicros: number; now: Date };

/** The budget as it is now, and the endpoints that are told of it. */
export type SetBudgetResult = { budget: Budget | null } & Pick<Alerts, "told">;

/**
 * Sets (or changes, or with null removes) what a tenant or one of its keys may spend in a day or month. What is already reserved
 * or spent in the present period counts: it is summed from the ledger once, under the lock under which reservations are made.
 * Thresholds that are reached under the new limit are told of; those that are not any more will be told of again.
 */
export async function setBudget(
  db: Database,
  who: Spender,
  { limitMicros, ...budget }: { period: BudgetPeriod; limitMicros: number | null; now: Date },
): Promise<SetBudgetResult> {
  const { period } = budget;
  return db.$transaction(async (tx) => {
    if (limitMicros === null) {
      await tx.budget.deleteMany({ where: { ...who, period } });
      return { budget: null, told: [] };
    }
    const limit = { ...budget, limitMicros };
    const made = (await change(tx, who, limit)) ?? (await make(tx, who, limit));
    return { budget: made, told: await retell(tx, made, budget.now) };
  });
}

async function change(tx: Tx, who: Spender, { period, limitMicros }: NewLimit): Promise<Budget | null> {
  const existing = await tx.budget.findFirst({ where: { ...who, period } });
  return existing && tx.budget.update({ where: { id: existing.id }, data: { limitMicros } });
}

async function make(tx: Tx, who: Spender, limit: NewLimit): Promise<Budget> {
  const { period, limitMicros, now } = limit;
  // No reservation of this tenant may slip between the sum and the row that continues it.
  await query(tx, sql`select id from tenants where id = ${who.tenantId} for update`);
  const meanwhile = await change(tx, who, limit);
  if (meanwhile) return meanwhile;
  const made = await tx.budget.create({ data: { id: newId("bgt"), ...who, period, limitMicros, createdAt: now } });
  const usedMicros = await sumPeriod(tx, who, periodStart(period, now));
  await tx.budgetUse.create({ data: { budgetId: made.id, startsAt: periodStart(period, now), usedMicros } });
  return made;
}

/** Holds this one row only: who reserves holds such rows in the order of their ids. */
async function retell(tx: Tx, budget: Budget, now: Date): Promise<string[]> {
  const startsAt = periodStart(budget.period, now);
  const [use] = await query<{ usedMicros: bigint; alertedPercent: number }>(
    tx,
    sql`select used_micros as "usedMicros", alerted_percent as "alertedPercent" from budget_uses
        where budget_id = ${budget.id} and starts_at = ${startsAt}::timestamptz for update`,
  );
  if (!use) return [];
  const usedMicros = Number(use.usedMicros);
  const open = { ...budget, startsAt, limitMicros: Number(budget.limitMicros), usedMicros };
  const after = { budget: { ...open, alertedPercent: use.alertedPercent }, usedMicros, refused: false };
  const reached = reachedBy(after);
  if (reached < use.alertedPercent) {
    const where = { budgetId_startsAt: { budgetId: budget.id, startsAt } };
    await tx.budgetUse.update({ where, data: { alertedPercent: reached } });
  }
  return (await tellThresholds(tx, budget.tenantId, [after], now)).told;
}

/** Reserved since `from`, and what became of it: spent if settled (and corrected), nothing if released, all of it while open. */
async function sumPeriod(tx: Pick<Database, "$queryRaw">, who: Spender, from: Date): Promise<bigint> {
  const rows = await query<{ used: bigint }>(
    tx,
    sql`select coalesce(sum(case when e.kind in ('settle', 'correct') then e.amount_micros when e.kind = 'release' then 0 else r.amount_micros end), 0)::bigint as used
        from spend_entries r
        join jobs j on j.id = r.job_id and (${who.apiKeyId}::text is null or j.api_key_id = ${who.apiKeyId})
        left join spend_entries e on e.job_id = r.job_id and e.round = r.round and e.kind <> 'reserve'
        where r.tenant_id = ${who.tenantId} and r.kind = 'reserve' and r.created_at >= ${from}::timestamptz`,
  );
  return rows[0]?.used ?? 0n;
}
