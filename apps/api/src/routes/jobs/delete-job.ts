import { jobSchema } from "@darkroom/contract/jobs";
import type { Model } from "@darkroom/contract/models/model";
import { readFiles } from "@darkroom/core/files/read-file";
import { isId } from "@darkroom/core/ids";
import { beginErasing, finishErasing } from "@darkroom/core/jobs/erase-job";
import type { JobRow } from "@darkroom/core/jobs/job-row";
import { toWireJob } from "@darkroom/core/jobs/to-wire";
import { deletePrefix } from "@darkroom/core/storage/delete-objects";
import { jobPrefix, receiptPrefix } from "@darkroom/core/storage/keys";
import type { Api } from "../../api.ts";
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
    const who = { tenantId: caller.tenantId, jobId: params.id };
    const result = await beginErasing(api.db, who, now);
    if (result.outcome === "not_found") return notFound("job");
    if (result.outcome === "not_final") return problem("job_not_final", "Only a final job can be erased.");
    const fileIds = await ownFiles(api, result.job);
    await deletePrefix(api.storage, jobPrefix(who));
    await deletePrefix(api.storage, receiptPrefix(who.jobId));
    await finishErasing(api.db, { ...who, fileIds }, now);
    return json(200, toWireJob({ ...result.job, seed: null, outputs: [] }, api.links));
  },
});

/** The files that came inside this job, told by where they are stored. */
async function ownFiles(api: Api, job: JobRow): Promise<string[]> {
  const ids = namedFiles(job, api.models.find(job.model));
  const files = await readFiles(api.db, { ids, tenantId: job.tenantId });
  const prefix = jobPrefix({ tenantId: job.tenantId, jobId: job.id });
  return files.filter((file) => file.key.startsWith(prefix)).map((file) => file.id);
}

function namedFiles(job: JobRow, model: Model | undefined): string[] {
  const input = (job.input ?? {}) as Record<string, unknown>;
  const values = (model?.imageFields ?? []).flatMap((field) => input[field]);
  return values.filter((value): value is string => typeof value === "string" && isId("file", value));
}
