import type { Job, Output } from "@darkroom/contract/jobs";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import type { Output as OutputRow } from "../generated/prisma/client.ts";
import type { Links } from "../links.ts";
import type { JobRow } from "./job-row.ts";
import { isFinal, statusOf } from "./state.ts";

/** A job with the images it has. */
export type JobWithOutputs = JobRow & { outputs: OutputRow[] };

/** A job as the API and the customer's webhooks show it. */
export function toWireJob(job: JobWithOutputs, links: Links): Job {
  const erased = job.erasedAt !== null;
  const showOutputs = job.state === "succeeded" && !erased;
  return {
    id: job.id,
    status: statusOf(job.state),
    model: job.model,
    input: erased ? null : (job.input as Job["input"]),
    outputs: showOutputs ? job.outputs.flatMap((output) => toWireOutput(output, links) ?? []) : [],
    // Beyond 2^53 JSON would round it: then it does not repeat the picture (fal/read-answer.ts drops such seeds).
    seed: job.seed === null ? null : Number(job.seed),
    error: job.error as Job["error"],
    charged: job.charged,
    cost_usd: isFinal(job.state) && job.costMicros !== null ? microsToUsd(Number(job.costMicros)) : null,
    reserved_usd: microsToUsd(Number(job.reservedMicros)),
    attempts: job.attempt,
    priority: job.priority,
    tags: job.tags,
    metadata: job.metadata as Job["metadata"],
    batch_id: job.batchId,
    reused_from: job.state === "queued" || job.state === "succeeded" ? job.reusedFrom : null,
    webhook_url: job.webhookUrl,
    ...timesOf(job),
  };
}

function timesOf(job: JobRow) {
  return {
    created_at: job.createdAt.toISOString(),
    run_at: isoOrNull(job.runAt),
    submitted_at: isoOrNull(job.submittedAt),
    finished_at: isoOrNull(job.finishedAt),
    deadline_at: isoOrNull(job.deadlineAt),
    cancel_requested_at: isoOrNull(job.cancelRequestedAt),
    deleted_at: isoOrNull(job.erasedAt),
  };
}

function isoOrNull(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}

/** Null for an image whose copy is not in storage: nobody can fetch it yet. */
function toWireOutput(row: OutputRow, links: Links): Output | null {
  const { contentType, width, height, bytes, sha256, storedAt } = row;
  if (!storedAt || !contentType || width === null || height === null || bytes === null || !sha256) return null;
  return {
    id: row.id,
    url: links.outputUrl(row.id),
    content_type: contentType,
    width,
    height,
    bytes: Number(bytes),
    sha256,
    nsfw: row.nsfw,
    expires_at: null,
  };
}
