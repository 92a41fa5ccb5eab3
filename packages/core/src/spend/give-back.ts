import { type Sql, sql } from "../db/database.ts";

/**
 * For the statement that ends jobs: budgets get back what was reserved and not spent, in the period in which it was reserved.
 * Reads `moved` and `spend`; a second settlement of the same round inserts no spend entry and so gives nothing back. Summed per
 * budget, and taken in their order: two statements with the same budgets never wait for each other in a circle.
 */
export const giveBack: Sql = sql`unspent as (
    select b.id as budget_id, date_trunc(b.period::text, r.created_at, 'UTC') as starts_at,
      sum(r.amount_micros - case when s.kind = 'settle' then s.amount_micros else 0 end) as micros
    from moved m join spend s on s.job_id = m.id
    join budgets b on b.tenant_id = m.tenant_id and (b.api_key_id is null or b.api_key_id = m.api_key_id)
    join spend_entries r on r.job_id = m.id and r.round = m.round and r.kind = 'reserve'
    group by 1, 2
  ), budget_held as (
    select u.budget_id, u.starts_at, unspent.micros from budget_uses u
    join unspent on unspent.budget_id = u.budget_id and unspent.starts_at = u.starts_at
    order by u.budget_id, u.starts_at for no key update of u
  ), budget as (
    update budget_uses u set used_micros = greatest(0, u.used_micros - h.micros)
    from budget_held h where u.budget_id = h.budget_id and u.starts_at = h.starts_at
    returning 1
  )`;
