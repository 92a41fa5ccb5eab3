import { type Sql, sql } from "../db/database.ts";
import type { FalResult } from "./record-fal-result.ts";

/**
 * When a job ended and nobody could tell whether fal bills it, its reservation was settled as a guess. If fal's answer comes after
 * all, the guess is corrected: by one further entry in the ledger, in the budgets, in the usage of the day of that end, and in
 * `charged` and `cost_usd` if the job was not opened again since. State and error stay: the end has been told.
 *
 * Common table expressions for the statement that records the late answer. None of them finds anything unless the last attempt of
 * the round was settled so, and neither an answer was applied to it nor a correction made: of several late answers the first counts.
 */
export function correctCharge(result: FalResult): Sql[] {
  const truth = truthIn(result);
  if (!truth) return [];
  const { now } = result;
  return [
    guess(result),
    sql`correction as (
      insert into spend_entries (tenant_id, job_id, round, kind, amount_micros, created_at)
      select tenant_id, job_id, round, 'correct', ${truth.cost} - amount_micros, ${now}::timestamptz from guess
      on conflict (job_id, round, kind) do nothing
      returning tenant_id, job_id, round, amount_micros
    )`,
    correctedBudgets,
    sql`corrected as (
      update jobs set charged = ${truth.charged}::charged, cost_micros = jobs.cost_micros + c.amount_micros
      from correction c where jobs.id = c.job_id and jobs.round = c.round and jobs.charged = 'unknown'
    )`,
    correctedUsage,
    namedAttempt(result),
    sql`correction_line as (
      insert into timeline (job_id, at, kind, data)
      select job_id, ${now}::timestamptz, 'job.charge_corrected',
        jsonb_build_object('charged', ${truth.charged}::text, 'by_micros', amount_micros, 'by', ${result.receipt.source}::text)
      from correction
    )`,
  ];
}

/** What fal's answer says about the money; null if it leaves the doubt as it is. `cost`: in terms of `guess`. */
function truthIn({ answer }: FalResult): { charged: "yes" | "no"; cost: Sql } | null {
  if (answer.kind === "incomplete") return null;
  if (answer.kind === "images") return { charged: "yes", cost: sql`${answer.costMicros}::bigint` };
  if (answer.failure.charged === "unknown") return null;
  return answer.failure.charged === "yes"
    ? { charged: "yes", cost: sql`amount_micros` }
    : { charged: "no", cost: sql`0::bigint` };
}

/** The settlement that was a guess, if this answer is about it. fal's name for the request must not belong to another attempt. */
function guess({ attemptId, answer, receipt }: FalResult): Sql {
  const heard = answer.kind === "images" ? sql`('applied')` : sql`('applied', 'incomplete')`;
  return sql`guess as (
    select e.tenant_id, e.job_id, e.round, e.amount_micros
    from attempts a join spend_entries e on e.job_id = a.job_id and e.round = a.round and e.kind = 'settle' and e.estimated
    where a.id = ${attemptId}
      and not exists (select from attempts l where l.job_id = a.job_id and l.round = a.round and l.number > a.number)
      and not exists (select from attempts o where o.request_id = ${receipt.requestId} and o.id <> a.id)
      and not exists (select from fal_receipts r where r.attempt_id = a.id and r.verdict in ${heard})
  )`;
}

/** In the period in which it was reserved, as the settlement was. */
const correctedBudgets: Sql = sql`corrected_budget as (
  update budget_uses u set used_micros = greatest(0, u.used_micros + c.amount_micros)
  from correction c, jobs j, spend_entries r, budgets b
  where j.id = c.job_id and r.job_id = c.job_id and r.round = c.round and r.kind = 'reserve'
    and b.tenant_id = c.tenant_id and (b.api_key_id is null or b.api_key_id = j.api_key_id)
    and u.budget_id = b.id and u.starts_at = date_trunc(b.period::text, r.created_at, 'UTC')
  returning 1
)`;

/** On the day of the settlement, so that a day's usage stays the sum of what its jobs cost. */
const correctedUsage: Sql = sql`corrected_usage as (
  insert into usage_entries (tenant_id, api_key_id, model, tags, state, cost_micros, ended_at)
  select j.tenant_id, j.api_key_id, j.model, j.tags, null, c.amount_micros, s.created_at
  from correction c join jobs j on j.id = c.job_id
  join spend_entries s on s.job_id = c.job_id and s.round = c.round and s.kind = 'settle'
  where c.amount_micros <> 0
)`;

/** fal had the submit after all: a double charge that a blind retry would have made. */
function namedAttempt({ attemptId, receipt, now }: FalResult): Sql {
  return sql`named as (
    update attempts set outcome = 'accepted', request_id = coalesce(request_id, ${receipt.requestId}),
      accepted_at = coalesce(accepted_at, ${now}::timestamptz)
    where id = ${attemptId} and exists (select from correction) returning 1
  )`;
}
