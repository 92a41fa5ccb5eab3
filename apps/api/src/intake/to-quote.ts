import type { Quote } from "@darkroom/contract/jobs";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import type { Context } from "@darkroom/core/context";
import { roomLimits } from "@darkroom/core/dispatch/room-limits";
import { foreseeStart } from "@darkroom/core/explain/foresee-start";
import { findSources } from "@darkroom/core/reuse/find-sources";
import { listBudgets } from "@darkroom/core/spend/list-budgets";
import type { Api } from "../api.ts";
import type { Payer } from "../middleware/authenticate.ts";
import type { JobPlan } from "./plan-job.ts";

/** What a job would cost, which limit would refuse it, what would hold it, and when it would start. Nothing is made or held. */
export async function toQuote(context: Api, caller: Payer, plan: JobPlan, now: Date): Promise<Quote> {
  const { model, charge, request } = plan;
  const runAt = request.run_at === undefined ? null : new Date(request.run_at);
  const job = { tenantId: caller.tenantId, model: model.id, runAt, priority: request.priority };
  const options = { expectedMs: model.expectedMs, now };
  const foreseen = await foreseeStart(context.db, job, roomLimits(context.env), options);
  return {
    dry_run: true,
    model: model.id,
    cost_usd: microsToUsd(charge.micros),
    exact: charge.exact,
    lines: charge.lines.map(({ label, quantity, unit, unitMicros, micros }) => ({
      label,
      quantity,
      unit,
      unit_usd: microsToUsd(unitMicros),
      cost_usd: microsToUsd(micros),
    })),
    refused_by: caller.hasBudget ? await refusedBy(context, caller, charge.micros, now) : null,
    queue_full: await context.queueCap.isFull(caller.tenantId, now),
    reused_from: await reusedFrom(context, caller, plan, now),
    holds: foreseen.holds,
    place_in_tenant: foreseen.placeInTenant,
    estimated_start_at: foreseen.startAt?.toISOString() ?? null,
  };
}

async function reusedFrom({ db }: Context, { tenantId }: Payer, { reuse }: JobPlan, now: Date): Promise<string | null> {
  const [source] = reuse ? await findSources(db, { tenantId, wanted: [reuse], not: [], now }) : [];
  return source?.jobId ?? null;
}

async function refusedBy(context: Context, caller: Payer, micros: number, now: Date): Promise<Quote["refused_by"]> {
  const budgets = await listBudgets(context.db, caller.tenantId, now);
  const mine = budgets.filter(({ apiKeyId }) => apiKeyId === null || apiKeyId === caller.keyId);
  const full = mine.find(({ limitMicros, usedMicros }) => usedMicros + micros > limitMicros);
  return full ? toWireBudget(full) : null;
}

/** A budget in the words of the API. */
export function toWireBudget(budget: Awaited<ReturnType<typeof listBudgets>>[number]) {
  const { apiKeyId, period, limitMicros, usedMicros, resetsAt } = budget;
  return {
    scope: apiKeyId === null ? ("tenant" as const) : ("api_key" as const),
    period,
    limit_usd: microsToUsd(limitMicros),
    used_usd: microsToUsd(usedMicros),
    resets_at: resetsAt.toISOString(),
  };
}
