import type { BatchCreated, BatchItem } from "@darkroom/contract/jobs";
import { type BatchRow, readBatch } from "@darkroom/core/jobs/read-batch";
import { readJobs } from "@darkroom/core/jobs/read-job";
import { toWireJob } from "@darkroom/core/jobs/to-wire";
import type { Api } from "../../api.ts";
import { json, notFound, type Reply, type ReplyHeaders } from "../../reply.ts";

/** 202 with the outcome of every item; jobs are shown as they are now. */
export async function answerWithBatch(
  api: Api,
  which: { tenantId: string; batchId: string; replayed: boolean },
): Promise<Reply> {
  const batch = await readBatch(api.db, which);
  if (!batch) return notFound("batch");
  const replayed: ReplyHeaders = which.replayed ? { "idempotent-replayed": "true" } : {};
  return json(202, await toWire(api, batch), { location: `/v1/batches/${batch.id}`, ...replayed });
}

async function toWire(api: Api, batch: BatchRow): Promise<BatchCreated> {
  const jobIds = batch.items.flatMap((item) => ("job_id" in item ? item.job_id : []));
  const jobs = await readJobs(api.db, { tenantId: batch.tenantId, jobIds });
  const byId = new Map(jobs.map((job) => [job.id, toWireJob(job, api.links)]));
  const data = batch.items.map((item, index): BatchItem => {
    if ("problem" in item) return { index, status: item.problem.status, job: null, problem: item.problem };
    return { index, status: 202, job: byId.get(item.job_id) ?? null, problem: null };
  });
  return {
    id: batch.id,
    created_at: batch.createdAt.toISOString(),
    accepted: jobIds.length,
    refused: batch.items.length - jobIds.length,
    data,
  };
}
