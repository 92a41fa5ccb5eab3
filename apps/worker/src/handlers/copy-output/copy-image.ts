import type { Context } from "@darkroom/core/context";
import type { OutputToCopy } from "@darkroom/core/jobs/claim-copy";
import type { JobRow } from "@darkroom/core/jobs/job-row";
import { type CopyResult, copyUrl } from "@darkroom/core/storage/copy-url";
import { outputKey } from "@darkroom/core/storage/keys";
import { copyFromReceipt } from "./copy-from-receipt.ts";

export type CopyFailure = Extract<CopyResult, { outcome: "failed" }>;

/** Brings one generated image into storage, verified there: from fal's link, or out of the receipt if it came as a data URI. */
export async function copyImage(context: Context, job: JobRow, output: OutputToCopy): Promise<CopyResult> {
  const key = (extension: string) =>
    outputKey({ tenantId: job.tenantId, jobId: job.id, outputId: output.id }, extension);
  const result = output.sourceUrl
    ? await copyUrl(context.storage, {
        url: output.sourceUrl,
        key,
        bytesMax: context.env.OUTPUT_BYTES_MAX,
        timeoutMs: context.env.COPY_TIMEOUT_MS,
        allowedHosts: mediaHosts(context),
        dispatcher: context.fal.agent,
      })
    : await copyFromReceipt(context, job, output, key);
  logCopy(context, job, output, result);
  return result;
}

function mediaHosts({ env }: Context): string[] {
  return env.FAL_BASE_URL ? [...env.FAL_MEDIA_HOSTS, new URL(env.FAL_BASE_URL).hostname] : env.FAL_MEDIA_HOSTS;
}

function logCopy(context: Context, job: JobRow, output: OutputToCopy, result: CopyResult): void {
  const ids = { job: job.id, output: output.id, host: result.host };
  if (result.outcome === "copied") context.log.info({ ...ids, bytes: result.bytes }, "image copied");
  else context.log.warn({ ...ids, reason: result.reason, status: result.status, detail: result.detail }, "copy failed");
}
