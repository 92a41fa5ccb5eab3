import { type JobError, type JobErrorCode, jobError } from "@darkroom/contract/job-errors";

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
  const inTime = !job.deadlineAt || dueAt < job.deadlineAt;
  if (!failure.retryable || job.attempt >= job.attemptsMax) {
    return { action: "fail", error: jobError(failure.code, failure.message) };
  }
  if (inTime) return { action: "retry", dueAt };
  return {
    action: "fail",
    error: jobError("deadline_exceeded", `No time is left for another try. ${failure.message}`),
  };
}

/** Backoff before try number `tries` + 1; at least what the other side asked for. */
export function retryDelayMs(tries: number, jitter: number, retryAfterMs = 0): number {
  const base = Math.min(firstDelayMs * 2 ** Math.max(0, tries - 1), delayMsMax);
  return Math.max(Math.round(base * (0.75 + jitter / 2)), retryAfterMs);
}
