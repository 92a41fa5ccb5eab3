import { adminJobListSchema, listAdminJobsQuerySchema } from "@darkroom/contract/admin/jobs";
import { findJobs } from "@darkroom/core/admin/find-jobs";
import { toJobItem } from "@darkroom/core/admin/job-item";
import { json } from "../../../reply.ts";
import { toCursor } from "../../../requests/cursor.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { readPageCursor } from "../read-page-cursor.ts";
import { searchJobs } from "./search-jobs.ts";

export const listAdminJobsRoute = defineAdminRoute("listJobs", {
  summary: "List jobs of all tenants",
  query: listAdminJobsQuerySchema,
  replies: { 200: { description: "A page, newest first.", schema: adminJobListSchema } },
  problems: ["payloads_hidden"],
  async handle(api, { query, admin }) {
    const { limit, cursor, ...filter } = query;
    const page = readPageCursor("job", cursor);
    if (page.outcome === "refused") return page.reply;
    const searched = await searchJobs(api, admin, filter);
    if (searched.outcome === "refused") return searched.reply;
    const found = await findJobs(api.reads, { search: searched.search, beforeId: page.beforeId, limit });
    return json(200, {
      data: found.rows.map((row) => toJobItem(row, { payloads: admin.canSeePayloads })),
      next_cursor: found.nextId === null ? null : toCursor(found.nextId),
      searched: {
        jobs: found.looked,
        back_to: found.backTo?.toISOString() ?? null,
        complete: found.nextId === null,
      },
    });
  },
});
