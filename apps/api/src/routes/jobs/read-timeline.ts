import { timelineSchema } from "@darkroom/contract/timeline";
import { readTimeline } from "@darkroom/core/jobs/read-timeline";
import { json, notFound } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { jobIdParams } from "./job-id.ts";

export const readTimelineRoute = defineRoute({
  id: "readTimeline",
  method: "get",
  path: "/v1/jobs/{id}/timeline",
  tag: "Jobs",
  summary: "Read everything that happened to a job",
  access: "jobs:read",
  params: jobIdParams,
  replies: { 200: { description: "Its entries, oldest first.", schema: timelineSchema } },
  problems: ["not_found"],
  async handle(api, { params, caller }) {
    const entries = await readTimeline(api.db, { tenantId: caller.tenantId, jobId: params.id });
    return entries ? json(200, { data: entries }) : notFound("job");
  },
});
