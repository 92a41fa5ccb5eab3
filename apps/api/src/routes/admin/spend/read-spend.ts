import { spendQuerySchema, spendReportSchema } from "@darkroom/contract/admin/spend";
import { readSpend } from "@darkroom/core/admin/read-spend";
import { json } from "../../../reply.ts";
import { invalid } from "../../../requests/check-request.ts";
import { defineAdminRoute } from "../define-admin-route.ts";

const dayMs = 86_400_000;
const daysDefault = 30;
const daysMax = 366;

export const readSpendRoute = defineAdminRoute("readSpend", {
  summary: "Spend by day, model and tenant; reserved against settled",
  query: spendQuerySchema,
  replies: { 200: { description: "From kept sums.", schema: spendReportSchema } },
  async handle(api, { query, now }) {
    const to = query.to ?? dayOf(now);
    const from = query.from ?? dayOf(new Date(Date.parse(to) - (daysDefault - 1) * dayMs));
    const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
    if (days < 1 || days > daysMax) {
      const message = `from and to must be 1 to ${daysMax} days`;
      return invalid([{ pointer: "query/from", message, code: "custom" }]);
    }
    return json(200, await readSpend(api.reads, { from, to, tenantId: query.tenant_id ?? null }));
  },
});

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}
