import { type JobErrorCode, jobErrorCatalogue } from "@darkroom/contract/job-errors";
import type { Context } from "@darkroom/core/context";
import { followJob } from "@darkroom/core/follow-job";
import { endFailedAttempt } from "@darkroom/core/jobs/end-attempt";
import type { WorkItem } from "@darkroom/core/jobs/find-work";

/** Ends an attempt that fal will say nothing final about. Whether it was charged is not known, so it is not bought again by itself. */
export async function giveUpOnFal(
  context: Context,
  work: WorkItem,
  code: JobErrorCode,
  message: string | undefined,
  options: { retryable?: boolean } = {},
): Promise<string> {
  const failure = {
    code,
    message: message ?? jobErrorCatalogue[code].meaning,
    retryable: options.retryable ?? false,
    charged: "unknown",
  } as const;
  const now = context.clock.now();
  const ended = { job: work, attemptId: work.attemptId, outcome: null, failure, now, jitter: Math.random() };
  await followJob(context, await endFailedAttempt(context.db, ended));
  return code;
}
