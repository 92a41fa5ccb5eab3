import { followJob } from "@darkroom/core/follow-job";
import { cancelBatch } from "@darkroom/core/jobs/cancel-batch";
import { readBatch } from "@darkroom/core/jobs/read-batch";
import { z } from "zod";
import { json, notFound } from "../../reply.ts";
import { defineRoute } from "../../route.ts";

const canceledSchema = z
  .object({
    id: z.string(),
    canceled: z.int().describe("Jobs that had not reached fal: ended, and not charged."),
    requested: z.int().describe("Jobs at fal: it was asked to stop them."),
    already_final: z.int().describe("Jobs that ended meanwhile."),
  })
  .meta({ id: "BatchCanceled" });

export const cancelBatchRoute = defineRoute({
  id: "cancelBatch",
  method: "post",
  path: "/v1/batches/{id}/cancel",
  tag: "Batches",
  summary: "Cancel what is left of a batch",
  access: "jobs:write",
  params: z.object({ id: z.string().describe("The batch's id, bat_…") }),
  replies: { 200: { description: "What became of the jobs that had not ended.", schema: canceledSchema } },
  problems: ["not_found"],
  async handle(api, { params, caller, now }) {
    const who = { tenantId: caller.tenantId, batchId: params.id };
    if (!(await readBatch(api.db, who))) return notFound("batch");
    const results = await cancelBatch(api.db, who, now);
    for (const { job } of results) await followJob(api, job);
    const count = (outcome: string) => results.filter((result) => result.outcome === outcome).length;
    const [canceled, requested, final] = [count("canceled"), count("requested"), count("already_final")];
    return json(200, { id: params.id, canceled, requested, already_final: final });
  },
});
