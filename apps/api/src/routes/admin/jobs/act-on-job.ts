import { jobActionSchema } from "@darkroom/contract/admin/job-detail";
import { toJobItem } from "@darkroom/core/admin/job-item";
import { readJobItems } from "@darkroom/core/admin/read-job-items";
import { cancelAndFollow } from "@darkroom/core/cancel-and-follow";
import { eraseWholeJob } from "@darkroom/core/erase-whole-job";
import { retryAndFollow } from "@darkroom/core/retry-and-follow";
import type { Api } from "../../../api.ts";
import { refuseRetry, retryProblems } from "../../../intake/refuse-retry.ts";
import type { AdminCaller } from "../../../middleware/authenticate-admin.ts";
import { json, notFound, problem, type Reply } from "../../../reply.ts";
import { whyTooLate } from "../../jobs/cancel-job.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";

const replies = { 200: { description: "Done.", schema: jobActionSchema } };

/** Whose job it is; an operator may act on every tenant's. */
async function findOwner(api: Api, jobId: string) {
  const job = await api.db.job.findUnique({ where: { id: jobId }, select: { tenantId: true } });
  return job && { tenantId: job.tenantId, jobId };
}

async function answer(api: Api, admin: AdminCaller, jobId: string, outcome: string): Promise<Reply> {
  const [row] = await readJobItems(api.db, [jobId]);
  return row ? json(200, { outcome, job: toJobItem(row, { payloads: admin.canSeePayloads }) }) : notFound("job");
}

function noteOf({ tenantId, jobId }: { tenantId: string; jobId: string }) {
  return { target: { kind: "job", id: jobId }, tenantId };
}

export const cancelAdminJobRoute = defineAdminRoute("cancelJob", {
  summary: "Cancel a job",
  audit: "job.cancel",
  params: idParams,
  replies,
  problems: ["not_found", "job_already_final"],
  async handle(api, { params, admin, now, note }) {
    const who = await findOwner(api, params.id);
    if (!who) return notFound("job");
    note(noteOf(who));
    const result = await cancelAndFollow(api, who, now);
    if (result.outcome === "not_found") return notFound("job");
    if (result.outcome === "already_final") return problem("job_already_final", whyTooLate(result.job));
    return answer(api, admin, who.jobId, result.outcome === "canceled" ? "canceled" : "cancel_requested");
  },
});

export const retryAdminJobRoute = defineAdminRoute("retryJob", {
  summary: "Retry a failed or canceled job",
  audit: "job.retry",
  params: idParams,
  replies,
  problems: retryProblems,
  async handle(api, { params, admin, now, note }) {
    const who = await findOwner(api, params.id);
    if (!who) return notFound("job");
    note(noteOf(who));
    const result = await retryAndFollow(api, who, now);
    if (result.outcome !== "queued" && result.outcome !== "copying") return refuseRetry(result);
    return answer(api, admin, who.jobId, result.outcome);
  },
});

export const deleteAdminJobRoute = defineAdminRoute("deleteJob", {
  summary: "Erase a job: prompt, pictures and payloads",
  audit: "job.delete",
  params: idParams,
  replies,
  problems: ["not_found", "job_not_final"],
  async handle(api, { params, admin, now, note }) {
    const who = await findOwner(api, params.id);
    if (!who) return notFound("job");
    note(noteOf(who));
    const result = await eraseWholeJob(api, who, now);
    if (result.outcome === "not_found") return notFound("job");
    if (result.outcome === "not_final") return problem("job_not_final", "Only a final job can be erased.");
    return answer(api, admin, who.jobId, "deleted");
  },
});
