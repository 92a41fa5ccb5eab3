import { jobSchema } from "@darkroom/contract/jobs";
import { toWireJob } from "@darkroom/core/jobs/to-wire";
import { retryAndFollow } from "@darkroom/core/retry-and-follow";
import { refuseRetry, retryProblems } from "../../intake/refuse-retry.ts";
import { json } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { jobIdParams } from "./job-id.ts";

export const retryJobRoute = defineRoute({
  id: "retryJob",
  method: "post",
  path: "/v1/jobs/{id}/retry",
  tag: "Jobs",
  summary: "Retry a failed or canceled job",
  description:
    "Opens the job again, with another attempt and its deadline anew. Where the image was generated and only its copy failed, " +
    "the copy is tried again and nothing is bought; otherwise it is reserved anew at today's price, within budgets and its max_cost_usd, and " +
    "waits in line, where a tenant may have only so many jobs.",
  access: "jobs:write",
  params: jobIdParams,
  replies: { 202: { description: "Open again.", schema: jobSchema } },
  problems: [...retryProblems, "queue_full"],
  async handle(api, { params, caller, now }) {
    const { tenantId } = caller;
    let places = 0;
    const takePlace = async () => {
      const full = await api.queueCap.takePlaces(tenantId, 1, now);
      if (!full) places = 1;
      return full;
    };
    const result = await retryAndFollow(api, { tenantId, jobId: params.id }, now, takePlace);
    if (result.outcome !== "queued") api.queueCap.giveBack(tenantId, places);
    if (result.outcome !== "queued" && result.outcome !== "copying") return refuseRetry(result);
    return json(202, toWireJob({ ...result.job, outputs: [] }, api.links));
  },
});
