import type { JobError } from "@darkroom/contract/job-errors";
import { type Db, empty, type Sql, sql } from "../db/database.ts";
import { type AttemptFailure, decideRetry } from "./decide-retry.ts";
import type { JobRow } from "./job-row.ts";
import { endJob, moveJob } from "./transition.ts";

type FailedAttempt = {
  job: JobRow;
  attemptId: string;
  /** What is known about the submit; null leaves it as it is. */
  outcome: "rejected" | "accepted" | "not_sent" | null;
  /** fal's name for it, if it was not known before. */
  requestId?: string;
  failure: AttemptFailure & { httpStatus?: number | null };
  now: Date;
  jitter: number;
  /** Further condition on the row. */
  guard?: Sql;
  /** Further statements, as common table expressions that read `moved`. */
  also?: Sql[];
};

/**
 * Ends an attempt that failed for good, in the same statement as what follows for its job: canceled if that was asked for, back
 * in line if another try may help, failed otherwise. Null if the job had moved on.
 */
export function endFailedAttempt(db: Db, failed: FailedAttempt): Promise<JobRow | null> {
  const { job, failure, now } = failed;
  const move = {
    jobId: job.id,
    from: ["submitting", "submitted"] as const,
    guard: sql`and attempt = ${job.attempt} ${failed.guard ?? empty}`,
    also: [attemptStatement(failed), ...(failed.also ?? [])],
    now,
  };
  const data = { attempt: job.attempt, reason: failure.message };
  if (job.cancelRequestedAt) return endJob(db, { ...move, data, ending: canceledEnding(job, failure) });
  const decision = decideRetry(job, failure, now, failed.jitter);
  if (decision.action === "retry") {
    const line = { kind: failed.outcome === "rejected" ? "attempt.rejected" : "attempt.failed", data } as const;
    return moveJob(db, { ...move, to: "queued", dueAt: decision.dueAt, line });
  }
  return endJob(db, { ...move, data, ending: failedEnding(job, failure.charged, decision.error) });
}

function attemptStatement({ attemptId, outcome, requestId, failure, now }: FailedAttempt): Sql {
  return sql`ended as (
    update attempts set outcome = coalesce(${outcome}::submit_outcome, attempts.outcome), finished_at = ${now}::timestamptz,
      request_id = coalesce(attempts.request_id, ${requestId ?? null}),
      http_status = ${failure.httpStatus ?? null}, 
      error_code = ${failure.code}, error_message = ${failure.message}
    from moved where attempts.id = ${attemptId} returning 1
  )`;
}

function canceledEnding(job: JobRow, failure: AttemptFailure) {
  if (failure.charged !== "yes") return { to: "canceled", charged: failure.charged, error: null } as const;
  return { to: "canceled", charged: "yes", costMicros: Number(job.reservedMicros), error: null } as const;
}

function failedEnding(job: JobRow, charged: AttemptFailure["charged"], error: JobError) {
  if (charged !== "yes") return { to: "failed", charged, error } as const;
  return { to: "failed", charged: "yes", costMicros: Number(job.reservedMicros), error } as const;
}
