import { jobSchema } from "@darkroom/contract/jobs";
import { eraseWholeJob } from "@darkroom/core/erase-whole-job";
import { toWireJob } from "@darkroom/core/jobs/to-wire";
import { json, notFound, problem } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { jobIdParams } from "./job-id.ts";

export const deleteJobRoute = defineRoute({
  id: "deleteJob",
  method: "delete",
  path: "/v1/jobs/{id}",
  tag: "Jobs",
  summary: "Erase a job",
  description:
    "Deletes its prompt and input, the pictures that came with it as data URIs, its images in storage and fal's answers. What " +
    "remains is a tombstone with times, cost, tags and metadata. Uploaded files stay: other jobs may use them. When this has " +
    "answered 200, all of it is gone; asking again is safe.",
  access: "jobs:write",
  params: jobIdParams,
  replies: { 200: { description: "The tombstone; `deleted_at` is set.", schema: jobSchema } },
  problems: ["not_found", "job_not_final"],
  async handle(api, { params, caller, now }) {
    const result = await eraseWholeJob(api, { tenantId: caller.tenantId, jobId: params.id }, now);
    if (result.outcome === "not_found") return notFound("job");
    if (result.outcome === "not_final") return problem("job_not_final", "Only a final job can be erased.");
    return json(200, toWireJob({ ...result.job, seed: null, outputs: [] }, api.links));
  },
});
