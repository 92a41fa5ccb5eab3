import { adminBudgetListSchema, setBudgetSchema } from "@darkroom/contract/admin/tenants";
import { microsToUsd, usdToMicros } from "@darkroom/contract/pricing/usd";
import { ringEndpoints } from "@darkroom/core/deliveries/ring-endpoints";
import { listBudgets } from "@darkroom/core/spend/list-budgets";
import { setBudget } from "@darkroom/core/spend/set-budget";
import type { Api } from "../../../api.ts";
import { json, notFound, type Reply } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";

const replies = { 200: { description: "All of the tenant's budgets.", schema: adminBudgetListSchema } };

async function answer(api: Api, tenantId: string, now: Date): Promise<Reply> {
  const budgets = await listBudgets(api.db, tenantId, now);
  const data = budgets.map((budget) => ({
    id: budget.id,
    api_key_id: budget.apiKeyId,
    period: budget.period,
    limit_usd: microsToUsd(budget.limitMicros),
    used_usd: microsToUsd(budget.usedMicros),
    resets_at: budget.resetsAt.toISOString(),
  }));
  return json(200, { data });
}

export const listTenantBudgetsRoute = defineAdminRoute("listBudgets", {
  summary: "A tenant's budgets",
  params: idParams,
  replies,
  handle: (api, { params, now }) => answer(api, params.id, now),
});

export const setBudgetRoute = defineAdminRoute("setBudget", {
  summary: "Set, change or remove a budget",
  audit: "budget.set",
  params: idParams,
  body: { kind: "json", schema: setBudgetSchema, required: true },
  replies,
  problems: ["not_found"],
  async handle(api, { params, body, now, note }) {
    const { period, api_key_id: apiKeyId, limit_usd: limitUsd } = body;
    note({ target: { kind: "tenant", id: params.id }, tenantId: params.id, detail: body });
    const who = { tenantId: params.id, apiKeyId };
    if (!(await isKnown(api, who))) return notFound(apiKeyId === null ? "tenant" : "API key of this tenant");
    const limitMicros = limitUsd === null ? null : (usdToMicros(limitUsd) ?? Math.round(limitUsd * 1e6));
    const { told } = await setBudget(api.db, who, { period, limitMicros, now });
    await ringEndpoints(api, told, now);
    return answer(api, params.id, now);
  },
});

async function isKnown(api: Api, { tenantId, apiKeyId }: { tenantId: string; apiKeyId: string | null }) {
  const found =
    apiKeyId === null
      ? await api.db.tenant.findUnique({ where: { id: tenantId }, select: { id: true } })
      : await api.db.apiKey.findFirst({ where: { id: apiKeyId, tenantId }, select: { id: true } });
  return found !== null;
}
