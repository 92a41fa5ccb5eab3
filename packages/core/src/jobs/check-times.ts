/** When to ask fal about a job that its webhook has not named. Pure. */

/** fal keeps small results an hour, those of 10 KB and more some six minutes (fal: webhooks page): we ask well before. */
const webhookSilenceMsMax = 120_000;
const firstPollMs = 500;
const pollMsMax = 10_000;

/**
 * The first look after a submit: with a webhook, several times the expected time (and never later than two minutes, so that a
 * lost webhook is made up for while fal still has the result); without one, about when the result should be there.
 */
export function firstCheckAt(now: Date, job: { expectedMs: number; webhook: boolean; deadlineAt: Date | null }): Date {
  const waitMs = job.webhook
    ? Math.min(Math.max(15_000, job.expectedMs * 4), webhookSilenceMsMax)
    : Math.max(firstPollMs, job.expectedMs / 4);
  return notAfter(new Date(now.getTime() + waitMs), job.deadlineAt, now);
}

/** Every later look: half as long again each time, within bounds. `tries`: looks so far. */
export function nextCheckAt(now: Date, job: { tries: number; webhook: boolean; deadlineAt: Date | null }): Date {
  const bounds = job.webhook ? { first: 10_000, max: 60_000 } : { first: firstPollMs, max: pollMsMax };
  const waitMs = Math.min(bounds.first * 1.5 ** job.tries, bounds.max);
  return notAfter(new Date(now.getTime() + waitMs), job.deadlineAt, now);
}

/** A look is due at the deadline at the latest; past it, soon. */
function notAfter(at: Date, deadlineAt: Date | null, now: Date): Date {
  if (!deadlineAt || at <= deadlineAt) return at;
  return deadlineAt > now ? deadlineAt : new Date(Math.min(at.getTime(), now.getTime() + 5_000));
}
