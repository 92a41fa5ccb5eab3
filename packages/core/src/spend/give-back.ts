import { type Sql, sql } from "../db/database.ts";

/**
 * For the statement that ends a job: budgets get back what was reserved and not spent, in the period in which it was reserved.
 * Reads `moved` and `spend`; a second settlement of the same round inserts no spend entry and so gives nothing back.
 */
export const giveBack: Sql = sql`budget as (
    update budget_uses u set used_micros = greatest(0, u.used_micros - r.amount_micros + case when s.kind = 'settle' then s.amount_micros else 0 end)
    from moved m, spend s, spend_entries r, budgets b
    where s.job_id = m.id and r.job_id = m.id and r.round = m.round and r.kind = 'reserve'
      and b.tenant_id = m.tenant_id and (b.api_key_id is null or b.api_key_id = m.api_key_id)
      and u.budget_id = b.id and u.starts_at = date_trunc(b.period::text, r.created_at, 'UTC')
    returning 1
  )`;
