import { jobSchema } from "@darkroom/contract/jobs";
import { readJob } from "@darkroom/core/jobs/read-job";
import { toWireJob } from "@darkroom/core/jobs/to-wire";
import { json, notFound } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { jobIdParams } from "./job-id.ts";

export const readJobRoute = defineRoute({
  id: "readJob",
  method: "get",
  path: "/v1/jobs/{id}",
  tag: "Jobs",
  summary: "Read a job",
  access: "jobs:read",
  params: jobIdParams,
  replies: { 200: { description: "The job as it is now.", schema: jobSchema } },
  problems: ["not_found"],
  async handle(api, { params, caller }) {
    const job = await readJob(api.db, { tenantId: caller.tenantId, jobId: params.id });
    return job ? json(200, toWireJob(job, api.links)) : notFound("job");
  },
});
