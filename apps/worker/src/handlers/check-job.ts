import type { Context } from "@darkroom/core/context";
import { askStatus, cancelRequest } from "@darkroom/core/fal/ask-fal";
import { followJob } from "@darkroom/core/follow-job";
import { nextCheckAt } from "@darkroom/core/jobs/check-times";
import { findWorkByJob, type WorkItem } from "@darkroom/core/jobs/find-work";
import { snoozeJob } from "@darkroom/core/jobs/snooze-job";
import { fetchAnswer } from "./check-job/fetch-answer.ts";
import { giveUpOnFal } from "./check-job/give-up.ts";
import { resolveUnknown } from "./check-job/resolve-unknown.ts";

/** How long after its submit fal may not know a request yet without that meaning anything. */
const settlingMs = 30_000;
/** How long fal gets to confirm a stop after the deadline: well inside the minute that is promised. */
const stopGraceMs = 20_000;

/** Looks after a job that fal has, or may have, and whose webhook has not come: asks fal, and enters what it says. */
export async function checkJob(context: Context, jobId: string): Promise<string> {
  const work = await findWorkByJob(context.db, jobId);
  const now = context.clock.now();
  if (!work?.sentAt) return "moved_on";
  const isDue = work.dueAt !== null && work.dueAt <= now;
  if (work.state === "submitting") return isDue ? resolveUnknown(context, work, now) : "moved_on";
  // A cancel is passed on at once, whenever the next look was due.
  if (!isDue && !work.cancelRequestedAt) return "moved_on";
  if (work.state !== "submitted" || !work.requestId) return "moved_on";
  return askAbout(context, { ...work, requestId: work.requestId }, now);
}

async function askAbout(context: Context, work: WorkItem & { requestId: string }, now: Date): Promise<string> {
  const request = { model: work.model, requestId: work.requestId };
  const late = work.deadlineAt !== null && now >= work.deadlineAt;
  if (work.cancelRequestedAt || late) await cancelRequest(context.fal, request);
  const reply = await askStatus(context.fal, request);
  if (reply.status === "completed") return fetchAnswer(context, work, reply);
  if (late && now.getTime() - (work.deadlineAt?.getTime() ?? 0) >= stopGraceMs) {
    return giveUpOnFal(context, work, "deadline_exceeded", "fal had not finished by the job's deadline.");
  }
  const settled = now.getTime() - (work.submittedAt?.getTime() ?? 0) >= settlingMs;
  if (reply.status === "not_found" && settled) {
    return giveUpOnFal(context, work, "fal_request_lost", "fal no longer knows the request.");
  }
  return snooze(context, work, now, reply.status);
}

async function snooze(context: Context, work: WorkItem, now: Date, outcome: string): Promise<string> {
  const dueAt = nextCheckAt(now, {
    tries: work.stepTries,
    webhook: Boolean(context.env.PUBLIC_URL),
    deadlineAt: work.deadlineAt,
  });
  await snoozeJob(context.db, work, dueAt);
  await followJob(context, { ...work, dueAt });
  return outcome;
}
