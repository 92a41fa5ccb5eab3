import { type JobError, type JobErrorCode, jobError, jobErrorCatalogue } from "@darkroom/contract/job-errors";

/** What went wrong with an attempt, once classified (fal/classify-failure.ts). */
export type AttemptFailure = {
  code: JobErrorCode;
  message: string;
  /** Whether the same request may succeed on another try. */
  retryable: boolean;
  /** Whether fal bills this attempt. */
  charged: "yes" | "no" | "unknown";
  /** fal asked to be left alone until then. */
  retryAfterMs?: number;
};

export type RetryDecision = { action: "retry"; dueAt: Date } | { action: "fail"; error: JobError };

const firstDelayMs = 2_000;
const delayMsMax = 120_000;

/**
 * Whether a failed attempt is tried again, and when: 2 s, 4 s, 8 s … up to 2 min, ±25 % so that jobs that failed together do not
 * come back together. Not past the deadline, and not more often than allowed. `jitter` is a number from 0 to 1.
 */
export function decideRetry(
  job: { attempt: number; attemptsMax: number; deadlineAt: Date | null },
  failure: AttemptFailure,
  now: Date,
  jitter: number,
): RetryDecision {
  const dueAt = new Date(now.getTime() + retryDelayMs(job.attempt, jitter, failure.retryAfterMs));
  const mayTryAgain = failure.retryable && job.attempt < job.attemptsMax;
  if (mayTryAgain && (!job.deadlineAt || dueAt < job.deadlineAt)) return { action: "retry", dueAt };
  const isLate = job.deadlineAt !== null && (mayTryAgain || job.deadlineAt <= now);
  if (isLate && jobErrorCatalogue[failure.code].blame !== "caller") return { action: "fail", error: tooLate(failure) };
  return { action: "fail", error: jobError(failure.code, failure.message) };
}

/** What stopped it in the end was its deadline: fal's last word, often our own cancel coming back, only goes with it. */
function tooLate(failure: AttemptFailure): JobError {
  return jobError("deadline_exceeded", `Not finished by its deadline. ${failure.message}`);
}

/** Backoff before try number `tries` + 1; at least what the other side asked for. */
export function retryDelayMs(tries: number, jitter: number, retryAfterMs = 0): number {
  const base = Math.min(firstDelayMs * 2 ** Math.max(0, tries - 1), delayMsMax);
  return Math.max(Math.round(base * (0.75 + jitter / 2)), retryAfterMs);
}
