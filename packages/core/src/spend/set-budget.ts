import { type Database, query, sql } from "../db/database.ts";
import type { Budget } from "../generated/prisma/client.ts";
import type { BudgetPeriod } from "../generated/prisma/enums.ts";
import { newId } from "../ids.ts";
import type { Spender } from "./lock-budgets.ts";
import { periodStart } from "./period.ts";

/**
 * Sets (or changes, or with null removes) what a tenant or one of its keys may spend in a day or month. What is already reserved
 * or spent in the present period counts: it is summed from the ledger once, under the lock under which reservations are made.
 */
export async function setBudget(
  db: Database,
  who: Spender,
  budget: { period: BudgetPeriod; limitMicros: number | null; now: Date },
): Promise<Budget | null> {
  const { period, limitMicros, now } = budget;
  return db.$transaction(async (tx) => {
    // No reservation of this tenant may slip between the sum and the row that continues it.
    await query(tx, sql`select id from tenants where id = ${who.tenantId} for update`);
    const existing = await tx.budget.findFirst({ where: { ...who, period } });
    if (limitMicros === null) {
      if (existing) await tx.budget.delete({ where: { id: existing.id } });
      return null;
    }
    if (existing) return tx.budget.update({ where: { id: existing.id }, data: { limitMicros } });
    const made = await tx.budget.create({ data: { id: newId("bgt"), ...who, period, limitMicros, createdAt: now } });
    const usedMicros = await sumPeriod(tx, who, periodStart(period, now));
    await tx.budgetUse.create({ data: { budgetId: made.id, startsAt: periodStart(period, now), usedMicros } });
    return made;
  });
}

/** Reserved since `from`, and what became of it: spent if settled, nothing if released, all of it while open. */
async function sumPeriod(tx: Pick<Database, "$queryRaw">, who: Spender, from: Date): Promise<bigint> {
  const rows = await query<{ used: bigint }>(
    tx,
    sql`select coalesce(sum(case e.kind when 'settle' then e.amount_micros when 'release' then 0 else r.amount_micros end), 0)::bigint as used
        from spend_entries r
        join jobs j on j.id = r.job_id and (${who.apiKeyId}::text is null or j.api_key_id = ${who.apiKeyId})
        left join spend_entries e on e.job_id = r.job_id and e.round = r.round and e.kind <> 'reserve'
        where r.tenant_id = ${who.tenantId} and r.kind = 'reserve' and r.created_at >= ${from}::timestamptz`,
  );
  return rows[0]?.used ?? 0n;
}
