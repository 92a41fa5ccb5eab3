import { type Db, query, type Sql, sql } from "../db/database.ts";
import { jobFacts } from "../events/job-facts.ts";
import { eventWith, type Told, toldBy } from "../events/write-event.ts";
import type { JobRow } from "./job-row.ts";
import { jobColumns } from "./job-row.ts";

export type StartedAttempt = JobRow & Told & { attemptId: string; token: string };

/**
 * Takes the one right there is to POST this attempt. Returns null if it was taken before, or the job has moved on (canceled, or
 * on a later attempt): whoever gets null must not send. A crash after this and before the POST leaves an unknown submit, which
 * is the price of never sending twice.
 */
export async function startAttempt(
  db: Db,
  attemptId: string,
  options: { now: Date; leaseEndsAt: Date; inputHash?: Uint8Array },
): Promise<StartedAttempt | null> {
  const rows = await query<StartedAttempt>(
    db,
    sql`with held as (
          update jobs set sent_at = ${options.now}::timestamptz, due_at = ${options.leaseEndsAt}::timestamptz
          from attempts a
          where a.id = ${attemptId} and jobs.id = a.job_id and jobs.attempt = a.number
            and jobs.state = 'submitting' and jobs.sent_at is null and jobs.cancel_requested_at is null
          returning jobs.*, a.id as attempt_id, a.token
        ), sending as (
          update attempts set sent_at = ${options.now}::timestamptz, input_hash = ${options.inputHash ?? null}::bytea from held where attempts.id = held.attempt_id
        ), ${startedEvent(options.now)}
        select ${jobColumns("held")}, attempt_id as "attemptId", token, ${toldBy} from held`,
  );
  return rows[0] ?? null;
}

/** Only where somebody asked for it: every other tenant is spared the row. */
function startedEvent(now: Date): Sql {
  const source = sql`select tenant_id, id as job_id, ${jobFacts("held")} as data from held where exists (
    select from endpoints p where p.tenant_id = held.tenant_id and p.kind = 'registered' and p.deleted_at is null
      and p.state <> 'disabled' and 'job.started' = any(p.events))`;
  return eventWith("job.started", { source, now });
}
