import type { Context } from "@darkroom/core/context";
import { followJob } from "@darkroom/core/follow-job";
import { type ClaimedCopy, claimCopy, type OutputToCopy } from "@darkroom/core/jobs/claim-copy";
import { retryDelayMs } from "@darkroom/core/jobs/decide-retry";
import type { JobRow } from "@darkroom/core/jobs/job-row";
import { priceAnswer } from "@darkroom/core/jobs/price-answer";
import {
  type CopyErrorCode,
  failCopy,
  recordCopied,
  recordStored,
  type StoredOutput,
  snoozeCopy,
} from "@darkroom/core/jobs/record-copy";
import { type Hands, restingHands } from "../hands.ts";
import { type CopyFailure, copyImage } from "./copy-output/copy-image.ts";

/** Longer than one image may take and wait for its turn; if the worker dies meanwhile, the sweep starts the copy anew after it. */
const leaseSlackMs = 30_000;

/** Copies a job's images from fal to storage, verified, and ends the job. Only what is missing is copied, so a retry is cheap. */
export async function copyOutput(context: Context, jobId: string, hands: Hands = restingHands): Promise<string> {
  const now = context.clock.now();
  const leaseEndsAt = new Date(now.getTime() + context.env.COPY_TIMEOUT_MS + leaseSlackMs);
  const job = await claimCopy(context.db, jobId, { now, leaseEndsAt });
  if (!job) return "moved_on";
  const missing = job.outputs.filter(({ stored }) => !stored);
  const results = await hands.whenFree(() => Promise.all(missing.map((output) => copyOne(context, job, output))));
  const stored = results.flatMap((result) => (result.outcome === "copied" ? result.output : []));
  const failures = results.flatMap((result) => (result.outcome === "failed" ? result : []));
  if (failures.length === 0) return finish(context, job, stored);
  for (const output of stored) await recordStored(context.db, output, context.clock.now());
  return settleFailures(context, job, failures);
}

type Copied = { outcome: "copied"; output: StoredOutput };

async function copyOne(context: Context, job: JobRow, output: OutputToCopy): Promise<Copied | CopyFailure> {
  const startedAt = performance.now();
  const copied = await copyImage(context, job, output);
  const outcome = copied.outcome === "copied" ? "copied" : copied.reason;
  context.metrics.copySeconds.observe({ outcome }, (performance.now() - startedAt) / 1000);
  if (copied.outcome === "failed") return copied;
  context.metrics.copiedBytes.inc(copied.bytes);
  const { key, contentType, width, height, bytes, sha256 } = copied;
  return { outcome: "copied", output: { id: output.id, key, contentType, width, height, bytes, sha256 } };
}

async function finish(context: Context, job: ClaimedCopy, stored: StoredOutput[]): Promise<string> {
  const sizes = [...job.outputs.filter((output) => output.stored), ...stored];
  const costMicros = priceAnswer(job, context.models.find(job.model), sizes);
  await followJob(context, await recordCopied(context.db, job.id, { costMicros, stored, now: context.clock.now() }));
  return "succeeded";
}

/** Any image that cannot be had any more ends the job; otherwise the copy is tried again until its budget is spent. */
async function settleFailures(context: Context, job: JobRow, failures: CopyFailure[]): Promise<string> {
  const now = context.clock.now();
  const hopeless = failures.find((failure) => !failure.retryable);
  const worst = hopeless ?? (failures[0] as CopyFailure);
  const spent = now.getTime() - (job.generatedAt ?? now).getTime() >= context.env.COPY_BUDGET_MS;
  if (hopeless || spent) {
    const end = { code: codeOf(worst), message: describe(worst), now };
    await followJob(context, await failCopy(context.db, job, end));
    return end.code;
  }
  const dueAt = new Date(now.getTime() + retryDelayMs(job.stepTries + 1, Math.random()));
  const detail = { host: worst.host, status: worst.status ?? null, detail: worst.detail };
  await snoozeCopy(context.db, job.id, { reason: worst.reason, detail, dueAt, now });
  await followJob(context, { ...job, dueAt });
  return "copy_failed";
}

/** Gone at fal, not a picture that may be stored, or not to be had for other reasons: those a retry by hand may mend. */
function codeOf({ reason, status }: CopyFailure): CopyErrorCode {
  if (status === 404 || status === 410) return "output_expired";
  return unusable.has(reason) ? "fal_unreadable" : "copy_failed";
}

const unusable = new Set<CopyFailure["reason"]>(["not_an_image", "too_large", "host_not_allowed", "blocked_address"]);

/** Status, host and a slice of the body: what one needs to see whose fault it was. */
function describe({ reason, host, status, detail }: CopyFailure): string {
  return `${reason} from ${host}${status ? ` with status ${status}` : ""}${detail ? `: ${detail}` : ""}`;
}
