import { batchSchema, type JobStatus, jobStatuses } from "@darkroom/contract/jobs";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import { type BatchCount, countBatch, readBatch } from "@darkroom/core/jobs/read-batch";
import { isFinal, statusOf } from "@darkroom/core/jobs/state";
import { z } from "zod";
import { json, notFound } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { isFinalStatus } from "../../streams/is-final-status.ts";

export const readBatchRoute = defineRoute({
  id: "readBatch",
  method: "get",
  path: "/v1/batches/{id}",
  tag: "Batches",
  summary: "See how far a batch is",
  description: "Its jobs are listed by GET /v1/jobs?batch_id=…",
  access: "jobs:read",
  params: z.object({ id: z.string().describe("The batch's id, bat_…") }),
  replies: { 200: { description: "The batch and its jobs by status.", schema: batchSchema } },
  problems: ["not_found"],
  async handle(api, { params, caller }) {
    const batch = await readBatch(api.db, { tenantId: caller.tenantId, batchId: params.id });
    if (!batch) return notFound("batch");
    const accepted = batch.items.filter((item) => "job_id" in item).length;
    const counts = Object.fromEntries(jobStatuses.map((status) => [status, 0])) as Record<JobStatus, number>;
    const rows = await countBatch(api.db, batch.id);
    for (const { state, count } of rows) counts[statusOf(state)] += count;
    const cost = sumOf(
      rows.filter(({ state }) => isFinal(state)),
      "costMicros",
    );
    const reserved = sumOf(
      rows.filter(({ state }) => !isFinal(state)),
      "reservedMicros",
    );
    const finished = jobStatuses.every((status) => isFinalStatus(status) || counts[status] === 0);
    return json(200, {
      id: batch.id,
      created_at: batch.createdAt.toISOString(),
      accepted,
      refused: batch.items.length - accepted,
      counts,
      finished,
      cost_usd: cost,
      reserved_usd: reserved,
    });
  },
});

function sumOf(rows: BatchCount[], key: "costMicros" | "reservedMicros"): number {
  return microsToUsd(rows.reduce((sum, row) => sum + Number(row[key]), 0));
}
