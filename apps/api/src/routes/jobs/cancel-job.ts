import { jobSchema } from "@darkroom/contract/jobs";
import { cancelAndFollow } from "@darkroom/core/cancel-and-follow";
import type { JobRow } from "@darkroom/core/jobs/job-row";
import { toWireJob } from "@darkroom/core/jobs/to-wire";
import { json, notFound, problem } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { jobIdParams } from "./job-id.ts";

export const cancelJobRoute = defineRoute({
  id: "cancelJob",
  method: "post",
  path: "/v1/jobs/{id}/cancel",
  tag: "Jobs",
  summary: "Cancel a job",
  description:
    "A job that fal does not have yet is canceled at once and not charged. One that fal may have is asked to stop: it becomes " +
    "`canceled` when fal has answered, and `charged` says whether fal billed it.",
  access: "jobs:write",
  params: jobIdParams,
  replies: {
    200: { description: "Canceled.", schema: jobSchema },
    202: { description: "fal has been asked to stop; `cancel_requested_at` is set.", schema: jobSchema },
  },
  problems: ["not_found", "job_already_final"],
  async handle(api, { params, caller, now }) {
    const result = await cancelAndFollow(api, { tenantId: caller.tenantId, jobId: params.id }, now);
    if (result.outcome === "not_found") return notFound("job");
    if (result.outcome === "already_final") {
      return problem("job_already_final", whyTooLate(result.job));
    }
    return json(result.outcome === "canceled" ? 200 : 202, toWireJob({ ...result.job, outputs: [] }, api.links));
  },
});

/** For the detail of the refusal. */
export function whyTooLate({ state }: JobRow): string {
  return state === "copying" ? "The image is generated and on its way to storage." : `This job has ${state}.`;
}
