import { raw, type Sql, sql } from "../db/database.ts";

/**
 * For the statement that accepts or reopens jobs: their reservations in the ledger, and in every budget they are under. It counts
 * always; whether there is room was asked before (create-within-budgets.ts), by those whose key is known to have a budget.
 * `source`: the common table expression with the jobs; `at`: when each of them is reserved, as an expression over it.
 */
export function reserve(source: "new_job" | "moved", at: Sql): Sql {
  const jobs = raw(source);
  return sql`reservation as (
      insert into spend_entries (tenant_id, job_id, round, kind, amount_micros, created_at)
      select tenant_id, id, round, 'reserve', reserved_micros, ${at} from ${jobs}
    ), budget as (
      insert into budget_uses as u (budget_id, starts_at, used_micros)
      select b.id, date_trunc(b.period::text, n.at, 'UTC'), sum(n.reserved_micros)
      from (select tenant_id, api_key_id, reserved_micros, ${at} as at from ${jobs}) n
      join budgets b on b.tenant_id = n.tenant_id and (b.api_key_id is null or b.api_key_id = n.api_key_id)
      group by 1, 2 order by 1, 2
      on conflict (budget_id, starts_at) do update set used_micros = u.used_micros + excluded.used_micros
    )`;
}
