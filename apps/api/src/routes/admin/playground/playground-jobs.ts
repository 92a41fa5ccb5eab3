import {
  type PlaygroundJob,
  playgroundJobCreatedSchema,
  playgroundJobSchema,
} from "@darkroom/contract/admin/playground";
import { quoteSchema } from "@darkroom/contract/jobs";
import { toJobItem } from "@darkroom/core/admin/job-item";
import { readJobItems } from "@darkroom/core/admin/read-job-items";
import { newId } from "@darkroom/core/ids";
import { hasBudget } from "@darkroom/core/spend/list-budgets";
import type { Api } from "../../../api.ts";
import { acceptJobs } from "../../../intake/accept-jobs.ts";
import { budgetExceeded } from "../../../intake/budget-exceeded.ts";
import { createFileFinder } from "../../../intake/file-finder.ts";
import { planJob } from "../../../intake/plan-job.ts";
import { toQuote } from "../../../intake/to-quote.ts";
import type { Payer } from "../../../middleware/authenticate.ts";
import { json, notFound } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";

/** The tenant as who pays, without a key: its own budgets bind, those of its keys do not. */
async function findPayer(api: Api, tenantId: string): Promise<Payer | null> {
  const tenant = await api.db.tenant.findUnique({ where: { id: tenantId }, select: { id: true } });
  return tenant && { tenantId, keyId: null, hasBudget: await hasBudget(api.db, tenantId) };
}

function plan(api: Api, { tenant_id: tenantId, job }: PlaygroundJob) {
  return planJob({ context: api, findFile: createFileFinder(api, tenantId) }, job, ["job"]);
}

const problems = [
  "not_found",
  "unknown_model",
  "unpriced_model",
  "invalid_picture",
  "forbidden_url",
  "cost_above_limit",
] as const;

export const quotePlaygroundRoute = defineAdminRoute("quotePlayground", {
  summary: "What a job would cost",
  description: "Creates nothing.",
  body: { kind: "json", schema: playgroundJobSchema, required: true },
  replies: { 200: { description: "The price.", schema: quoteSchema } },
  problems,
  async handle(api, { body, now }) {
    const payer = await findPayer(api, body.tenant_id);
    if (!payer) return notFound("tenant");
    const planned = await plan(api, body);
    return planned.outcome === "refused" ? planned.reply : json(200, await toQuote(api, payer, planned.plan, now));
  },
});

export const createPlaygroundJobRoute = defineAdminRoute("createPlaygroundJob", {
  summary: "Create a job in a tenant's name",
  description: "As POST /v1/jobs does it: same checks, same price, same line.",
  audit: "playground.job",
  body: { kind: "json", schema: playgroundJobSchema, required: true },
  replies: { 202: { description: "Accepted.", schema: playgroundJobCreatedSchema } },
  problems: [...problems, "budget_exceeded", "queue_full"],
  async handle(api, { body, admin, now, note }) {
    const payer = await findPayer(api, body.tenant_id);
    if (!payer) return notFound("tenant");
    note({ tenantId: payer.tenantId, detail: { model: body.job.model } });
    const planned = await plan(api, body);
    if (planned.outcome === "refused") return planned.reply;
    const full = await api.queueCap.refuse(payer.tenantId, 1, now);
    if (full) return full;
    const jobId = newId("job");
    const plans = [{ jobId, plan: planned.plan }];
    const made = await acceptJobs(api, { caller: payer, plans, claim: null, batch: null, now });
    const exceeded = made.outcome === "created" ? made.refused.get(jobId) : undefined;
    if (exceeded) return budgetExceeded(exceeded);
    note({ target: { kind: "job", id: jobId } });
    const [row] = await readJobItems(api.db, [jobId]);
    return row ? json(202, { job: toJobItem(row, { payloads: admin.canSeePayloads }) }) : notFound("job");
  },
});
