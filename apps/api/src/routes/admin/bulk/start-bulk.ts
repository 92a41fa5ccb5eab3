import { bulkSchema, startBulkSchema } from "@darkroom/contract/admin/bulk";
import { readOldestJobAt } from "@darkroom/core/bulk/read-oldest-job";
import { startBulk } from "@darkroom/core/bulk/start-bulk";
import { toWireBulk } from "@darkroom/core/bulk/to-wire";
import { json } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { searchJobs } from "../jobs/search-jobs.ts";

export const startBulkRoute = defineAdminRoute("startBulk", {
  summary: "Cancel or retry many jobs",
  description: "A worker does it, some jobs a second. Only jobs made before now are meant.",
  audit: "bulk.start",
  body: { kind: "json", schema: startBulkSchema, required: true },
  replies: { 202: { description: "Begun.", schema: bulkSchema } },
  problems: ["payloads_hidden"],
  async handle(api, { body, admin, now, note }) {
    const { action, filter, job_ids: jobIds = [], per_second: perSecond } = body;
    const searched = await searchJobs(api, admin, filter);
    if (searched.outcome === "refused") return searched.reply;
    const row = await startBulk(api.db, { action, filter, jobIds, perSecond, createdBy: admin.name, now });
    const { q, ...plain } = filter;
    const detail = { action, filter: q === undefined ? plain : { ...plain, q: "hidden" }, job_ids: jobIds.length };
    note({ target: { kind: "bulk", id: row.id }, tenantId: filter.tenant_id ?? null, detail });
    const oldestAt = await readOldestJobAt(api.reads);
    return json(202, toWireBulk(row, { oldestAt, payloads: admin.canSeePayloads }));
  },
});
