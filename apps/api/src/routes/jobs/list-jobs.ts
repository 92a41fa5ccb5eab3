import { jobListSchema, type ListJobsQuery, listJobsQuerySchema } from "@darkroom/contract/jobs";
import { type JobFilter, listJobs } from "@darkroom/core/jobs/list-jobs";
import { statesOf } from "@darkroom/core/jobs/state";
import { toWireJob } from "@darkroom/core/jobs/to-wire";
import { json } from "../../reply.ts";
import { invalid } from "../../requests/check-request.ts";
import { readCursor, toCursor } from "../../requests/cursor.ts";
import { defineRoute } from "../../route.ts";

export const listJobsRoute = defineRoute({
  id: "listJobs",
  method: "get",
  path: "/v1/jobs",
  tag: "Jobs",
  summary: "List jobs",
  description:
    "Newest first. `next_cursor` leads to older ones and is null on the last page; it never goes stale. Filters are joined " +
    "by and; `status` may be given several times. `metadata.KEY=VALUE` finds jobs by your own metadata.",
  access: "jobs:read",
  query: listJobsQuerySchema,
  replies: { 200: { description: "A page of jobs.", schema: jobListSchema } },
  async handle(api, { query, caller }) {
    const beforeId = query.cursor === undefined ? null : readCursor("job", query.cursor);
    if (query.cursor !== undefined && beforeId === null) {
      const message = "cursor must be a next_cursor of this list";
      return invalid([{ pointer: "query/cursor", message, code: "invalid_value" }]);
    }
    const page = await listJobs(api.db, {
      tenantId: caller.tenantId,
      filter: filterOf(query),
      beforeId,
      limit: query.limit,
    });
    const last = page.jobs.at(-1);
    return json(200, {
      data: page.jobs.map((job) => toWireJob(job, api.links)),
      next_cursor: page.more && last ? toCursor(last.id) : null,
    });
  },
});

function filterOf(query: ListJobsQuery): JobFilter {
  return {
    states: query.status?.flatMap(statesOf),
    model: query.model,
    tag: query.tag,
    errorCode: query.error_code,
    batchId: query.batch_id,
    createdAfter: query.created_after === undefined ? undefined : new Date(query.created_after),
    createdBefore: query.created_before === undefined ? undefined : new Date(query.created_before),
    metadata: query.metadata,
  };
}
