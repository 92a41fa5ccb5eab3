import type { Context } from "@darkroom/core/context";
import type { WorkItem } from "@darkroom/core/jobs/find-work";
import { recordUnknown } from "@darkroom/core/jobs/record-submit";
import { snoozeJob } from "@darkroom/core/jobs/snooze-job";
import { giveUpOnFal } from "./give-up.ts";

/** How often an unknown submit is looked at while fal's webhook may still name it. */
const lookEveryMs = 15_000;

/**
 * A submit was started and nobody knows whether fal has it. While its lease lasts, fal's webhook may say so; after that the
 * operator's policy decides. It is never sent again on a guess: `resubmit` is the operator's own word for taking that risk.
 */
export async function resolveUnknown(context: Context, work: WorkItem, now: Date): Promise<string> {
  const attempt = { jobId: work.id, attemptId: work.attemptId, number: work.attempt };
  const checkAt = new Date(now.getTime() + lookEveryMs);
  if (!work.outcome) {
    // The process that was sending it ended before it could say what became of it.
    await recordUnknown(context.db, attempt, { reason: "the sender stopped", httpStatus: null, checkAt, now });
    return "unknown";
  }
  const { FAL_UNKNOWN_SUBMIT_POLICY: policy, FAL_UNKNOWN_SUBMIT_LEASE_MS: leaseMs } = context.env;
  const late = work.deadlineAt !== null && now >= work.deadlineAt;
  const over = now.getTime() - (work.sentAt?.getTime() ?? 0) >= leaseMs;
  if (late || (over && policy !== "wait")) {
    return giveUpOnFal(context, work, "submit_unknown", undefined, { retryable: policy === "resubmit" && !late });
  }
  await snoozeJob(context.db, work, checkAt);
  return "unknown";
}
