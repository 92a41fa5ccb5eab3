import { tenantUsageQuerySchema, tenantUsageSchema } from "@darkroom/contract/admin/tenants";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import { readUsage } from "@darkroom/core/spend/read-usage";
import { json } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";

const dayMs = 86_400_000;

export const readTenantUsageRoute = defineAdminRoute("readTenantUsage", {
  summary: "A tenant's jobs and cost per day",
  params: idParams,
  query: tenantUsageQuerySchema,
  replies: { 200: { description: "From kept sums; days without jobs are left out.", schema: tenantUsageSchema } },
  async handle(api, { params, query, now }) {
    const to = now.toISOString().slice(0, 10);
    const from = new Date(now.getTime() - (query.days - 1) * dayMs).toISOString().slice(0, 10);
    const rows = await readUsage(api.reads, { tenantId: params.id, dimension: query.by, from, to });
    const data = rows.map(({ costMicros, ...row }) => ({ ...row, cost_usd: microsToUsd(Number(costMicros)) }));
    return json(200, { by: query.by, from, to, data });
  },
});
