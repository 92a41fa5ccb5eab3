import { batchCreatedSchema, createBatchSchema } from "@darkroom/contract/jobs";
import { newId } from "@darkroom/core/ids";
import { findClaim } from "@darkroom/core/jobs/find-claims";
import type { BudgetExceeded } from "@darkroom/core/spend/lock-budgets";
import { z } from "zod";
import { acceptJobs } from "../../intake/accept-jobs.ts";
import { budgetExceeded } from "../../intake/budget-exceeded.ts";
import { claimOf, idempotencyKeySchema, keyReused } from "../../intake/claim-key.ts";
import { planBatch } from "../../intake/plan-batch.ts";
import { defineRoute } from "../../route.ts";
import { toProblem } from "../../send-reply.ts";
import { answerWithBatch } from "./answer-with-batch.ts";

export const createBatchRoute = defineRoute({
  id: "createBatch",
  method: "post",
  path: "/v1/jobs/batch",
  tag: "Batches",
  summary: "Create up to 1,000 jobs at once",
  description:
    "Each item has its own outcome: it becomes a job, or says why it does not, and the others are not touched by it. The jobs " +
    "that are made are made together. One `Idempotency-Key` stands for the whole call.",
  access: "jobs:write",
  query: z.strictObject({}),
  headers: z.object({ "idempotency-key": idempotencyKeySchema }),
  body: {
    kind: "json",
    schema: createBatchSchema,
    required: true,
    example: { jobs: [{ input: { prompt: "a red boat", image_url: "https://example.com/boat.jpg" } }] },
  },
  replies: {
    202: {
      description: "Taken; look at each item's `status`.",
      schema: batchCreatedSchema,
      headers: { Location: "Path of the batch.", "Idempotent-Replayed": "`true` if this key made the batch before." },
    },
  },
  problems: ["idempotency_key_reused", "queue_full"],
  async handle(api, { body, caller, headers, now, path, raw, requestId }) {
    const batchId = newId("bat");
    const sent: unknown = raw.body;
    const claim = claimOf(caller, headers["idempotency-key"], { purpose: "batch", body: sent, resourceId: batchId });
    const earlier = claim && (await findClaim(api.db, claim));
    if (earlier?.outcome === "key_reused") return keyReused();
    const who = { tenantId: caller.tenantId };
    if (earlier) return answerWithBatch(api, { ...who, batchId: earlier.resourceId, replayed: true });

    const { plans, items } = await planBatch(api, {
      tenantId: caller.tenantId,
      jobs: body.jobs,
      where: { path, requestId },
    });
    const full = await api.queueCap.refuse(caller.tenantId, plans.length, now);
    if (full) return full;
    const refuse = (exceeded: BudgetExceeded) => ({
      problem: toProblem(budgetExceeded(exceeded), { path, requestId }),
    });
    const made = await acceptJobs(api, { caller, plans, claim, batch: { id: batchId, items, refuse }, now });
    if (made.outcome === "key_reused") return keyReused();
    const replayed = made.outcome === "replayed";
    return answerWithBatch(api, { ...who, batchId: made.outcome === "replayed" ? made.resourceId : batchId, replayed });
  },
});
