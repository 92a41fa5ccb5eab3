import { type Db, type Queries, query, type Sql, sql } from "../db/database.ts";
import { grouped } from "../db/grouped.ts";
import { closeCircuit } from "../dispatch/record-circuit.ts";
import type { AttemptFailure } from "./decide-retry.ts";
import { endFailedAttempt } from "./end-attempt.ts";
import type { JobRow } from "./job-row.ts";
import { moveJob, moveJobs } from "./transition.ts";

type AttemptOf = { jobId: string; attemptId: string; number: number };

type Accepted = { requestId: string; gatewayRequestId: string | null; checkAt: Date; now: Date };

/** fal said yes. If its webhook came first the job is ahead already and only the attempt learns of the reply. */
export function recordAccepted(db: Queries, attempt: AttemptOf, answer: Accepted): Promise<JobRow | null> {
  return acceptTogether(db, { ...attempt, ...answer });
}

const acceptTogether = grouped(acceptSeveral, { keyOf: ({ jobId }) => jobId });

function acceptSeveral(db: Queries, answers: readonly (AttemptOf & Accepted)[]): Promise<(JobRow | null)[]> {
  return moveJobs(db, {
    tickets: answers.map(({ jobId: id, checkAt: dueAt, ...answer }) => {
      return { ...answer, id, dueAt, line: { attempt: answer.number, request_id: answer.requestId } };
    }),
    columns: sql`"attemptId" text, number int, "requestId" text, "gatewayRequestId" text`,
    to: "submitted",
    from: ["submitting"],
    guard: sql`and attempt = t.number`,
    set: [sql`submitted_at = t.now`],
    kind: "attempt.accepted",
    also: [accepted, closeCircuit(sql`'account'`)],
  });
}

const accepted = sql`accepted as (
  update attempts set outcome = 'accepted', request_id = t."requestId", gateway_request_id = t."gatewayRequestId",
    accepted_at = coalesce(accepted_at, t.now)
  from ticket t where attempts.id = t."attemptId" returning 1
)`;

/** The submit provably never left. The job goes back in line, and the try does not count. */
export function recordNotSent(
  db: Db,
  attempt: AttemptOf,
  failure: { reason: string; dueAt: Date; now: Date },
): Promise<JobRow | null> {
  return moveJob(db, {
    jobId: attempt.jobId,
    to: "queued",
    from: ["submitting"],
    guard: atAttempt(attempt),
    dueAt: failure.dueAt,
    set: [sql`attempts_max = attempts_max + 1`],
    line: { kind: "attempt.not_sent", data: { attempt: attempt.number, reason: failure.reason } },
    also: [
      sql`ended as (update attempts set outcome = 'not_sent', finished_at = ${failure.now}::timestamptz, error_message = ${failure.reason}
          from moved where attempts.id = ${attempt.attemptId} returning 1)`,
    ],
    now: failure.now,
  });
}

/** fal said no, so it has nothing of ours. Back in line or failed, as `decideRetry` decides. */
export function recordRejected(
  db: Db,
  job: JobRow,
  attempt: AttemptOf,
  failure: AttemptFailure & { httpStatus: number },
  options: { now: Date; jitter: number },
): Promise<JobRow | null> {
  return endFailedAttempt(db, { job, attemptId: attempt.attemptId, outcome: "rejected", failure, ...options });
}

/**
 * Nobody knows whether fal has it. The job stays `submitting` and is looked after by check-job until its fal webhook names it,
 * fal can be asked, or the lease ends and the policy decides. It is never sent again on a guess.
 */
export async function recordUnknown(
  db: Db,
  attempt: AttemptOf,
  unknown: { reason: string; httpStatus: number | null; checkAt: Date; now: Date },
): Promise<void> {
  await query(
    db,
    sql`with doubt as (
          update attempts set outcome = 'unknown', doubted_at = ${unknown.now}::timestamptz, http_status = ${unknown.httpStatus}, error_message = ${unknown.reason}
          where id = ${attempt.attemptId} and outcome is null returning job_id, number
        ), held as (
          update jobs set due_at = ${unknown.checkAt}::timestamptz from doubt
          where jobs.id = doubt.job_id and jobs.state = 'submitting' and jobs.attempt = doubt.number
        ), line as (
          insert into timeline (job_id, at, kind, data)
          select job_id, ${unknown.now}::timestamptz, 'attempt.unknown',
                 jsonb_build_object('attempt', number, 'reason', ${unknown.reason}::text) from doubt
        )
        select 1`,
  );
}

function atAttempt(attempt: AttemptOf): Sql {
  return sql`and attempt = ${attempt.number}`;
}
