import type { Context } from "./context.ts";
import { followJob } from "./follow-job.ts";
import { type CancelResult, cancelJob } from "./jobs/cancel-job.ts";

/** Cancels a job and does what follows: fills its slot, or has fal asked soon, also where the outcome of the submit is not known yet. */
export async function cancelAndFollow(
  context: Context,
  who: { tenantId: string; jobId: string },
  now: Date,
): Promise<CancelResult> {
  const result = await cancelJob(context.db, who, now);
  if (result.outcome === "canceled") await followJob(context, result.job);
  if (result.outcome === "requested" && result.job.dueAt) {
    await context.doorbell.ring([{ kind: "check-job", id: result.job.id, dueAt: result.job.dueAt }]);
  }
  return result;
}
