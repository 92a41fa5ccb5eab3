import type { Explanation } from "@darkroom/contract/explain";
import type { Db } from "../db/database.ts";
import { measureRoom, type RoomLimits } from "../dispatch/measure-room.ts";
import { readRoom } from "../dispatch/read-room.ts";
import { findWorkByJob, type WorkItem } from "../jobs/find-work.ts";
import type { JobRow } from "../jobs/job-row.ts";
import { isFinal, statusOf } from "../jobs/state.ts";
import { holdsOf, sentenceOf } from "./explain-queued.ts";
import { readLine } from "./read-line.ts";

/** Why a job is where it is, in one sentence and in fields: read from the very rows that dispatch decides by. */
export async function explainJob(
  db: Db,
  job: JobRow,
  limits: RoomLimits,
  options: { expectedMs: number; now: Date },
): Promise<Explanation> {
  if (job.state === "queued") return explainQueued(db, job, limits, options);
  const work = isFinal(job.state) ? null : await findWorkByJob(db, job.id);
  return { ...nothingHeld(job), sentence: sentenceFor(job, work) };
}

function nothingHeld(job: JobRow) {
  const place = { place_in_tenant: null, place_overall: null, estimated_start_at: null };
  return { job_id: job.id, status: statusOf(job.state), holds: [], ...place };
}

async function explainQueued(
  db: Db,
  job: JobRow,
  limits: RoomLimits,
  { expectedMs, now }: { expectedMs: number; now: Date },
): Promise<Explanation> {
  if (job.cancelRequestedAt) return { ...nothingHeld(job), sentence: "It was canceled and ends within a second." };
  if (job.deadlineAt && job.deadlineAt <= now) {
    return { ...nothingHeld(job), sentence: "Its deadline has passed; it ends within a second, not charged." };
  }
  const room = measureRoom(await readRoom(db), limits, now);
  const inLine = job.queueAt ?? (!job.reusedFrom && job.dueAt && job.dueAt <= now ? job.dueAt : null);
  const line = inLine ? await readLine(db, { ...job, queueAt: inLine }) : null;
  const lastError = inLine ? null : await readLastError(db, job);
  const holds = holdsOf({ ...job, queueAt: inLine, lastError }, room, line, now);
  const waitMs = line ? ((line.beforeOverall + 1) / limits.slots) * (line.recentMs ?? expectedMs) : 0;
  const open = holds.every(({ kind }) => kind === "account_slots" || kind === "turn" || kind === "submit_rate");
  return {
    ...nothingHeld(job),
    sentence: holds[0] ? sentenceOf(holds[0], job.model) : "",
    holds,
    place_in_tenant: line?.before ?? null,
    place_overall: line?.beforeOverall ?? null,
    estimated_start_at: startAt(job, line !== null, open, new Date(now.getTime() + waitMs)),
  };
}

/** Why its last try came to nothing. */
async function readLastError(db: Db, job: JobRow): Promise<string | null> {
  if (job.attempt === 0) return null;
  const attempt = await db.attempt.findFirst({ where: { jobId: job.id, number: job.attempt } });
  return attempt?.errorMessage ?? null;
}

/** A time is only named when nothing but other jobs stands before this one. */
function startAt(job: JobRow, inLine: boolean, open: boolean, estimate: Date): string | null {
  if (job.reusedFrom) return null;
  if (!inLine) return job.dueAt?.toISOString() ?? null;
  return open ? estimate.toISOString() : null;
}

function sentenceFor(job: JobRow, work: WorkItem | null): string {
  switch (job.state) {
    case "queued":
      return "";
    case "submitting":
      return work?.outcome === "unknown"
        ? "The reply to its submit was lost; whether fal has it is being found out. It is not sent again on a guess."
        : "It has a slot and is on its way to fal.";
    case "submitted":
      return job.cancelRequestedAt
        ? "Its cancel was passed on to fal, which has not answered yet."
        : `At fal since ${job.submittedAt?.toISOString()} as request ${work?.requestId}.`;
    case "copying":
      return `Generated at ${job.generatedAt?.toISOString()}; its images are being copied to storage${job.stepTries > 0 ? `, try ${job.stepTries + 1}` : ""}.`;
    case "succeeded":
      return `Succeeded at ${job.finishedAt?.toISOString()}.`;
    case "failed":
    case "canceled":
      return endedSentence(job);
  }
}

function endedSentence(job: JobRow): string {
  const at = job.finishedAt?.toISOString();
  const { message } = (job.error ?? { message: "" }) as { message?: string };
  return job.state === "failed" ? `Failed at ${at}: ${message}` : `Canceled at ${at}; charged: ${job.charged}.`;
}
