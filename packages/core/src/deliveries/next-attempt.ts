/** When a delivery is tried again. Pure: the schedule, the time and the dice are arguments. */

/** ± a fifth, so that what failed together does not come back together. */
const jitterShare = 0.2;
/** After a 429 or a timeout: who is overloaded is not helped by the 5 s of an early attempt. */
const restMs = 60_000;

export type Failure = {
  /** 429, or no answer in time. */
  overloaded: boolean;
  /** Of Retry-After. */
  retryAfterMs: number | null;
};

/**
 * The time of attempt `number` + 1, or null if that was the last. `pausesSeconds[n]` comes before attempt n + 1. Retry-After may
 * make the pause longer, up to the double: a receiver can ask for patience but not spend the window.
 */
export function nextAttemptAt(
  attempt: { number: number; failure: Failure; now: Date; jitter: number },
  pausesSeconds: readonly number[],
): Date | null {
  const { number, failure, now, jitter } = attempt;
  const pause = pausesSeconds[number];
  if (pause === undefined) return null;
  const stepMs = Math.max(pause * 1000, failure.overloaded ? restMs : 0);
  const jittered = stepMs * (1 - jitterShare + 2 * jitterShare * jitter);
  const asked = Math.min(failure.retryAfterMs ?? 0, 2 * Math.max(stepMs, restMs));
  return new Date(now.getTime() + Math.round(Math.max(jittered, asked)));
}

/** Past this nothing is tried any more: every pause at its longest, and some room for limits and open circuits. */
export function windowEndsAt(createdAt: Date, pausesSeconds: readonly number[]): Date {
  const seconds = pausesSeconds.reduce((sum, pause) => sum + pause, 0);
  return new Date(createdAt.getTime() + seconds * 1000 * (1 + jitterShare) + windowSlackMs);
}

const windowSlackMs = 3_600_000;
