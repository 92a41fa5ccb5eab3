import { microsToUsd } from "@darkroom/contract/pricing/usd";
import type { BudgetExceeded } from "@darkroom/core/spend/lock-budgets";
import { type ProblemReply, problem } from "../reply.ts";

/** 402 with what one needs to know: whose budget, how much of it is used, and when it begins anew. */
export function budgetExceeded({ scope, period, limitMicros, usedMicros, resetsAt }: BudgetExceeded): ProblemReply {
  const [limit, used] = [microsToUsd(limitMicros), microsToUsd(usedMicros)];
  const whose = scope === "tenant" ? "The tenant's" : "This key's";
  const detail = `${whose} budget of $${limit} a ${period} has no room for this: $${used} are used. It begins anew at ${resetsAt.toISOString()}.`;
  return problem("budget_exceeded", detail, {
    members: { scope, period, limit, used, resets_at: resetsAt.toISOString() },
  });
}
