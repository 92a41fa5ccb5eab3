import { type Queries, query, sql } from "../db/database.ts";
import { grouped } from "../db/grouped.ts";
import { jobFacts } from "../events/job-facts.ts";
import { eventWith, type Told, toldBy } from "../events/write-event.ts";
import { newId } from "../ids.ts";
import type { JobRow } from "./job-row.ts";
import { jobColumns } from "./job-row.ts";

export type StartedAttempt = JobRow & Told & { attemptId: string; token: string };
type Start = { now: Date; leaseEndsAt: Date; inputHash?: Uint8Array };

/**
 * Takes the one right there is to POST this attempt. Returns null if it was taken before, or the job has moved on (canceled, or
 * on a later attempt): whoever gets null must not send. A crash after this and before the POST leaves an unknown submit, which
 * is the price of never sending twice.
 */
export function startAttempt(db: Queries, attemptId: string, start: Start): Promise<StartedAttempt | null> {
  return startTogether(db, { attemptId, ...start });
}

const startTogether = grouped(startAttempts, { keyOf: ({ attemptId }) => attemptId });

async function startAttempts(
  db: Queries,
  starts: readonly (Start & { attemptId: string })[],
): Promise<(StartedAttempt | null)[]> {
  const tickets = starts.map(({ inputHash, ...start }) => ({
    ...start,
    inputHash: inputHash ? Buffer.from(inputHash).toString("base64") : null,
    eventId: newId("evt"),
  }));
  const rows = await query<StartedAttempt>(
    db,
    sql`with ticket as (
          select t.*, a.job_id as "jobId", a.number, a.token from jsonb_to_recordset(${JSON.stringify(tickets)}::jsonb) as t(
            "attemptId" text, now timestamptz, "leaseEndsAt" timestamptz, "inputHash" text, "eventId" text)
          join attempts a on a.id = t."attemptId"
        ), mine as (
          -- One after the other: two statements with the same jobs never wait for each other in a circle.
          select id from jobs where id in (select "jobId" from ticket) order by id for update
        ), held as (
          update jobs set sent_at = t.now, due_at = t."leaseEndsAt"
          from ticket t join mine on mine.id = t."jobId"
          where jobs.id = t."jobId" and jobs.attempt = t.number
            and jobs.state = 'submitting' and jobs.sent_at is null and jobs.cancel_requested_at is null
          returning jobs.*
        ), sending as (
          update attempts set sent_at = t.now, input_hash = decode(t."inputHash", 'base64')
          from ticket t join held on held.id = t."jobId" where attempts.id = t."attemptId"
        ), ${startedEvent}
        select ${jobColumns("held")}, t."attemptId", t.token, ${toldBy("held")} from held join ticket t on t."jobId" = held.id`,
  );
  const started = new Map(rows.map((row) => [row.attemptId, row]));
  return starts.map(({ attemptId }) => started.get(attemptId) ?? null);
}

/** Only where somebody asked for it: every other tenant is spared the row. */
const startedEvent = eventWith("job.started", {
  source: sql`select t."eventId" as id, held.tenant_id, held.id as job_id, ${jobFacts("held")} as data, t.now as at
    from held join ticket t on t."jobId" = held.id where exists (
      select from endpoints p where p.tenant_id = held.tenant_id and p.kind = 'registered' and p.deleted_at is null
        and p.state <> 'disabled' and 'job.started' = any(p.events))`,
});
