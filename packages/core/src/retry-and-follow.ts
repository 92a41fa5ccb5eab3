import type { Context } from "./context.ts";
import { followJob } from "./follow-job.ts";
import { type RetryResult, retryJob } from "./jobs/retry-job.ts";

/** Opens a job again and rings for whoever has it next. */
export async function retryAndFollow(
  context: Context,
  who: { tenantId: string; jobId: string },
  now: Date,
): Promise<RetryResult> {
  const result = await retryJob(context.db, who, now);
  if (result.outcome === "queued" || result.outcome === "copying") await followJob(context, result.job);
  return result;
}
