import type { Context } from "@darkroom/core/context";
import { ringEndpoints } from "@darkroom/core/deliveries/ring-endpoints";
import { recordFailure } from "@darkroom/core/dispatch/record-circuit";
import { roomLimits } from "@darkroom/core/dispatch/room-limits";
import { slowDownSubmits } from "@darkroom/core/dispatch/slow-down-submits";
import { classifyFailure } from "@darkroom/core/fal/classify-failure";
import { type SubmitOutcome, submitRequest } from "@darkroom/core/fal/submit-request";
import { inputForFal } from "@darkroom/core/files/input-for-fal";
import { followJob } from "@darkroom/core/follow-job";
import { firstCheckAt } from "@darkroom/core/jobs/check-times";
import { retryDelayMs } from "@darkroom/core/jobs/decide-retry";
import { endFailedAttempt } from "@darkroom/core/jobs/end-attempt";
import { findWorkByAttempt, type WorkItem } from "@darkroom/core/jobs/find-work";
import { hashInput } from "@darkroom/core/jobs/hash-input";
import type { JobRow } from "@darkroom/core/jobs/job-row";
import { recordAccepted, recordNotSent, recordRejected, recordUnknown } from "@darkroom/core/jobs/record-submit";
import { type StartedAttempt, startAttempt } from "@darkroom/core/jobs/start-attempt";

/** Beyond the submit's own timeout, so that check-job does not look at a submit that is still being made. */
const leaseSlackMs = 10_000;
/** A lost reply is looked into soon: fal's webhook is the first to know, and it takes a generation to come. */
const firstDoubtMs = 15_000;

/**
 * Hands one attempt to fal, once. Everything that can fail without having been sent comes before `startAttempt`; after it, only
 * the POST and the record of its outcome.
 */
export async function submitJob(context: Context, attemptId: string): Promise<string> {
  const work = await findWorkByAttempt(context.db, attemptId);
  if (work?.state !== "submitting" || work.sentAt || work.cancelRequestedAt) return "moved_on";
  const prepared = await inputForFal(context, work);
  if (!prepared.ok && prepared.isLost) return endUnsendable(context, work, prepared.reason);
  if (!prepared.ok) return notSent(context, { ...work, attemptId }, prepared.reason);
  const now = context.clock.now();
  const leaseEndsAt = new Date(now.getTime() + context.env.FAL_SUBMIT_TIMEOUT_MS + leaseSlackMs);
  const started = await startAttempt(context.db, attemptId, { now, leaseEndsAt, inputHash: hashInput(prepared.input) });
  if (!started) return "moved_on";
  const outcome = await submitRequest(context.fal, {
    model: started.model,
    input: prepared.input,
    webhookUrl: webhookUrl(context, started.token),
    startWithinMs: (started.deadlineAt?.getTime() ?? Number.POSITIVE_INFINITY) - now.getTime(),
  });
  context.metrics.submits.inc({ outcome: outcome.outcome });
  await record(context, started, outcome);
  await ringEndpoints(context, started.told, now);
  await noteTrouble(context, outcome, started.sentAt);
  return outcome.outcome;
}

function webhookUrl(context: Context, token: string): string | null {
  return context.env.PUBLIC_URL ? `${context.env.PUBLIC_URL}/webhooks/fal/${token}` : null;
}

async function record(context: Context, job: StartedAttempt, outcome: SubmitOutcome): Promise<void> {
  const now = context.clock.now();
  const attempt = { jobId: job.id, attemptId: job.attemptId, number: job.attempt };
  switch (outcome.outcome) {
    case "accepted": {
      const checkAt = firstCheckAt(now, {
        expectedMs: context.models.find(job.model)?.expectedMs ?? 10_000,
        webhook: Boolean(context.env.PUBLIC_URL),
        deadlineAt: job.deadlineAt,
      });
      const accepted = await recordAccepted(context.db, attempt, { ...outcome, checkAt, now });
      return followJob(context, accepted?.cancelRequestedAt ? { ...accepted, dueAt: now } : accepted);
    }
    case "not_sent":
      await notSent(context, job, outcome.reason);
      return;
    case "rejected": {
      const failure = { ...classifyFailure(outcome), httpStatus: outcome.status };
      const options = { now, jitter: Math.random() };
      return followJob(context, await recordRejected(context.db, job, attempt, failure, options));
    }
    case "unknown": {
      const checkAt = new Date(now.getTime() + firstDoubtMs);
      return recordUnknown(context.db, attempt, { reason: outcome.reason, httpStatus: outcome.status, checkAt, now });
    }
  }
}

/** Its picture was deleted while it waited: nothing was sent, nothing is charged, and no wait would bring it back. */
async function endUnsendable(context: Context, work: WorkItem, message: string): Promise<string> {
  const failure = { code: "input_unreachable", message, retryable: false, charged: "no" } as const;
  const now = context.clock.now();
  const ended = { job: work, attemptId: work.attemptId, outcome: "not_sent", failure, now, jitter: 0 } as const;
  await followJob(context, await endFailedAttempt(context.db, ended));
  return "input_lost";
}

async function notSent(context: Context, job: JobRow & { attemptId: string }, reason: string): Promise<string> {
  const now = context.clock.now();
  const dueAt = new Date(now.getTime() + retryDelayMs(job.attempt, Math.random()));
  const attempt = { jobId: job.id, attemptId: job.attemptId, number: job.attempt };
  await followJob(context, await recordNotSent(context.db, attempt, { reason, dueAt, now }));
  return "not_sent";
}

/** What a submit says about fal as a whole: it slows all workers down, or gives the account a rest. */
async function noteTrouble(context: Context, outcome: SubmitOutcome, sentAt: Date | null): Promise<void> {
  const now = context.clock.now();
  if (outcome.outcome === "accepted") return;
  if (outcome.outcome !== "rejected") {
    return recordFailure(context.db, { scope: "account", reason: outcome.reason, decisive: false, sentAt }, now);
  }
  const { code, message, retryAfterMs = 0 } = classifyFailure(outcome);
  if (code === "fal_rate_limited") {
    return slowDownSubmits(context.db, { perSecondMax: roomLimits(context.env).perSecondMax, retryAfterMs, now });
  }
  if (code === "fal_account_locked" || code === "fal_key_refused") {
    return recordFailure(context.db, { scope: "account", reason: message, decisive: true, sentAt }, now);
  }
}
