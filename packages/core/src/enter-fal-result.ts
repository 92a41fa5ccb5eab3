import type { Context } from "./context.ts";
import { recordFailure } from "./dispatch/record-circuit.ts";
import { followJob } from "./follow-job.ts";
import type { JobRow } from "./jobs/job-row.ts";
import { type FalResult, recordFalResult } from "./jobs/record-fal-result.ts";

export type EnteredResult = { job: JobRow | null; followed: Promise<void> };

/** Failures that say something about the model, not about one job's input. */
const modelTrouble = new Set(["fal_error", "fal_timeout"]);

/**
 * Enters fal's answer, from its webhook or because we asked, and does what follows: the job's next owner is rung, and a model that
 * keeps failing is given a rest. Returns the job after the move, or null if another answer had moved it; `followed` ends when all
 * are rung, for whom nobody waits.
 */
export async function enterFalResult(context: Context, result: FalResult): Promise<EnteredResult> {
  const job = await recordFalResult(context.db, result);
  const { answer } = result;
  // 499: we stopped it ourselves, by a cancel or at its deadline.
  const isTrouble =
    answer.kind === "failure" && modelTrouble.has(answer.failure.code) && answer.failure.httpStatus !== 499;
  if (job && isTrouble) {
    const trouble = { scope: job.model, reason: answer.failure.message, decisive: false, sentAt: job.sentAt };
    await recordFailure(context.db, trouble, result.now);
  }
  return { job, followed: followJob(context, job) };
}
