import { budgetListSchema } from "@darkroom/contract/usage";
import { listBudgets } from "@darkroom/core/spend/list-budgets";
import { toWireBudget } from "../../intake/to-quote.ts";
import { json } from "../../reply.ts";
import { defineRoute } from "../../route.ts";

export const listBudgetsRoute = defineRoute({
  id: "listBudgets",
  method: "get",
  path: "/v1/budgets",
  tag: "Spend",
  summary: "Read the budgets this key is under",
  description:
    "The tenant's and this key's own. A create that does not fit into one of them is refused with 402 `budget_exceeded`.",
  access: "jobs:read",
  replies: {
    200: { description: "Each with what of it is used at present; empty if there are none.", schema: budgetListSchema },
  },
  async handle(api, { caller, now }) {
    const budgets = await listBudgets(api.db, caller.tenantId, now);
    const mine = budgets.filter(({ apiKeyId }) => apiKeyId === null || apiKeyId === caller.keyId);
    return json(200, { data: mine.map(toWireBudget) });
  },
});
