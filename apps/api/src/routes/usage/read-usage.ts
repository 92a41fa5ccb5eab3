import { microsToUsd } from "@darkroom/contract/pricing/usd";
import { usageQuerySchema, usageSchema } from "@darkroom/contract/usage";
import { readUsage } from "@darkroom/core/spend/read-usage";
import { json } from "../../reply.ts";
import { defineRoute } from "../../route.ts";

const dayMs = 86_400_000;

export const readUsageRoute = defineRoute({
  id: "readUsage",
  method: "get",
  path: "/v1/usage",
  tag: "Spend",
  summary: "Read jobs and cost by day",
  description: "From sums that are kept as jobs end, a few seconds behind at most: quick however many jobs there were.",
  access: "jobs:read",
  query: usageQuerySchema,
  replies: { 200: { description: "A row per day and value on which jobs ended, oldest first.", schema: usageSchema } },
  async handle(api, { query, caller, now }) {
    const from = query.from ?? dayOf(new Date(now.getTime() - 30 * dayMs));
    const to = query.to ?? dayOf(now);
    const rows = await readUsage(api.db, { tenantId: caller.tenantId, dimension: query.by, from, to });
    const data = rows.map(({ costMicros, ...row }) => ({ ...row, cost_usd: microsToUsd(Number(costMicros)) }));
    return json(200, { by: query.by, from, to, data });
  },
});

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
