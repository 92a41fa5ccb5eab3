import type { Context } from "./context.ts";
import { ringEndpoints } from "./deliveries/ring-endpoints.ts";
import type { Told } from "./events/write-event.ts";
import type { JobRow } from "./jobs/job-row.ts";
import { isFinal } from "./jobs/state.ts";
import { settleFollowers } from "./reuse/settle-followers.ts";

/**
 * What a route or handler does after it moved a job: rings for the job's next owner, fills the slot it may have left, and counts
 * its end. Takes null (the move did not happen) for nothing to do.
 */
export async function followJob(context: Context, job: (JobRow & Partial<Told>) | null): Promise<void> {
  if (!job) return;
  if (job.told) await ringEndpoints(context, job.told, context.clock.now());
  if (isFinal(job.state)) countEnd(context, job);
  if (isFinal(job.state) && job.shares) await followLeader(context, job.id);
  if (job.dueAt && job.state === "submitted") {
    // Still in its slot: only a look at fal is due, later.
    return context.doorbell.ring([{ kind: "check-job", id: job.id, dueAt: job.dueAt }]);
  }
  // From copying it has left no slot: that was free when its images were generated. Before all else, a free slot is a loss.
  if (job.state !== "succeeded") context.doorbell.ringDispatch();
  if (job.dueAt && job.state === "copying") {
    await context.doorbell.ring([{ kind: "copy-output", id: job.id, dueAt: job.dueAt }]);
  }
  if (job.dueAt && job.state === "queued" && job.dueAt > context.clock.now()) {
    await context.doorbell.ring([{ kind: "dispatch", id: job.id, dueAt: job.dueAt }]);
  }
}

/** What follows for those who waited for a job that has ended. What fails here, the sweep makes up for. */
export async function followLeader(context: Context, leaderId: string): Promise<void> {
  try {
    const { ended, leader, next } = await settleFollowers(context.db, leaderId, context.clock.now());
    for (const job of ended) await followJob(context, job);
    if (leader) context.doorbell.ringDispatch();
    if (next) await followLeader(context, next);
  } catch (error) {
    context.log.warn({ job: leaderId, err: error }, "jobs with the same input wait for the sweep");
  }
}

function countEnd(context: Context, { state, errorCode, charged }: JobRow): void {
  context.metrics.jobsEnded.inc({ state, error_code: errorCode ?? "none", charged: charged ?? "unknown" });
}
