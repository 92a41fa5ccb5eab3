import type { Context } from "@darkroom/core/context";
import { listRequests } from "@darkroom/core/fal/list-requests";
import { followJob } from "@darkroom/core/follow-job";
import { findStrangers } from "@darkroom/core/jobs/find-strangers";
import type { WorkItem } from "@darkroom/core/jobs/find-work";
import { hashInput } from "@darkroom/core/jobs/hash-input";
import { recordAccepted, recordUnknown } from "@darkroom/core/jobs/record-submit";
import { snoozeJob } from "@darkroom/core/jobs/snooze-job";
import { giveUpOnFal } from "./give-up.ts";

/** How often an unknown submit is looked at while fal's webhook may still name it. */
const lookEveryMs = 15_000;
/** fal's clock and ours may differ, and a submit may have waited on its way. */
const clockSlackMs = 120_000;

/**
 * A submit was started and nobody knows whether fal has it. fal's webhook may say so, or its listing of requests; when the lease
 * ends, the operator's policy decides. It is never sent again on a guess: `resubmit` is the operator's own word for that risk.
 */
export async function resolveUnknown(context: Context, work: WorkItem, now: Date): Promise<string> {
  const checkAt = new Date(now.getTime() + lookEveryMs);
  if (!work.outcome) {
    // The process that was sending it ended before it could say what became of it.
    const unknown = { reason: "the sender stopped", httpStatus: null, checkAt, now };
    await recordUnknown(context.db, attemptOf(work), unknown);
    return "unknown";
  }
  if (await adoptListed(context, work, now)) return "found";
  const { FAL_UNKNOWN_SUBMIT_POLICY: policy, FAL_UNKNOWN_SUBMIT_LEASE_MS: leaseMs } = context.env;
  const late = work.deadlineAt !== null && now >= work.deadlineAt;
  const over = now.getTime() - (work.sentAt?.getTime() ?? 0) >= leaseMs;
  if (late || (over && policy !== "wait")) {
    return giveUpOnFal(context, work, "submit_unknown", undefined, { retryable: policy === "resubmit" && !late });
  }
  await snoozeJob(context.db, work, checkAt);
  return "unknown";
}

/**
 * Looks for the submit in fal's own listing: a request of that time with exactly our input that no other attempt of ours has.
 * Requests with the same input are interchangeable, so it does not matter which of several is taken. Not listed proves nothing
 * (fal lists requests once they have ended), so the wait goes on.
 */
async function adoptListed(context: Context, work: WorkItem, now: Date): Promise<boolean> {
  const { sentAt, inputHash } = work;
  if (!sentAt || !inputHash) return false;
  const from = new Date(sentAt.getTime() - clockSlackMs);
  const to = new Date(sentAt.getTime() + context.env.FAL_SUBMIT_TIMEOUT_MS + clockSlackMs);
  const listed = await listRequests(context.fal, { model: work.model, from, to });
  const same = (listed ?? [])
    .filter(({ input }) => hashInput(input).equals(inputHash))
    .map(({ requestId }) => requestId);
  const [requestId] = await findStrangers(context.db, same);
  if (!requestId) return false;
  const answer = { requestId, gatewayRequestId: null, checkAt: now, now };
  await followJob(context, await recordAccepted(context.db, attemptOf(work), answer));
  return true;
}

function attemptOf(work: WorkItem) {
  return { jobId: work.id, attemptId: work.attemptId, number: work.attempt };
}
