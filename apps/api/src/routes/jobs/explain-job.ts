import { explanationSchema } from "@darkroom/contract/explain";
import { roomLimits } from "@darkroom/core/dispatch/room-limits";
import { explainJob } from "@darkroom/core/explain/explain-job";
import { json, notFound } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { jobIdParams } from "./job-id.ts";

/** For a model that is no longer configured. */
const expectedMsDefault = 10_000;

export const explainJobRoute = defineRoute({
  id: "explainJob",
  method: "get",
  path: "/v1/jobs/{id}/explain",
  tag: "Jobs",
  summary: "Ask why a job waits",
  description:
    "One sentence for people and the same in fields: what holds the job, its place in line, and when it should start. Read from the very rows that decide who goes next.",
  access: "jobs:read",
  params: jobIdParams,
  replies: { 200: { description: "Why the job is where it is.", schema: explanationSchema } },
  problems: ["not_found"],
  async handle(api, { params, caller, now }) {
    const job = await api.db.job.findFirst({ where: { id: params.id, tenantId: caller.tenantId } });
    if (!job) return notFound("job");
    const expectedMs = api.models.find(job.model)?.expectedMs ?? expectedMsDefault;
    return json(200, await explainJob(api.db, job, roomLimits(api.env), { expectedMs, now }));
  },
});
