import { bulkCountSchema, countBulkSchema } from "@darkroom/contract/admin/bulk";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import { narrowToAction } from "@darkroom/core/bulk/bulk-search";
import { countBulk } from "@darkroom/core/bulk/count-bulk";
import { json } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { searchJobs } from "../jobs/search-jobs.ts";

export const countBulkRoute = defineAdminRoute("countBulk", {
  summary: "How many jobs a bulk operation would mean",
  description: "Changes nothing.",
  body: { kind: "json", schema: countBulkSchema, required: true },
  replies: { 200: { description: "Counted, up to a bound.", schema: bulkCountSchema } },
  problems: ["payloads_hidden"],
  async handle(api, { body, admin }) {
    const { action, filter, job_ids: ids } = body;
    const searched = await searchJobs(api, admin, filter);
    if (searched.outcome === "refused") return searched.reply;
    const search = narrowToAction({ ...searched.search, ...(ids ? { ids } : {}) }, action);
    const { matched, searched: looked, complete, reservedMicros, sampleIds } = await countBulk(api.reads, search);
    return json(200, {
      action,
      matched,
      searched: looked,
      complete,
      reserve_usd: action === "retry" ? microsToUsd(reservedMicros) : 0,
      sample_ids: sampleIds,
    });
  },
});
