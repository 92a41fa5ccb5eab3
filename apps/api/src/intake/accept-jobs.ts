import type { Context } from "@darkroom/core/context";
import { type NewFile, recordFiles } from "@darkroom/core/files/record-file";
import { type CreateResult, createJobs, type IdempotencyClaim, type NewJob } from "@darkroom/core/jobs/create-jobs";
import type { JobRow } from "@darkroom/core/jobs/job-row";
import { deleteObjects } from "@darkroom/core/storage/delete-objects";
import type { Caller } from "../middleware/authenticate.ts";
import type { JobPlan } from "./plan-job.ts";
import { storePictures } from "./store-pictures.ts";

/** A plan that has got its id. */
export type NumberedPlan = { jobId: string; plan: JobPlan };

export type Acceptance = {
  caller: Caller;
  plans: readonly NumberedPlan[];
  claim: IdempotencyClaim | null;
  /** The call these jobs came in, if they came as a batch. */
  batch: { id: string; items: unknown[] } | null;
  now: Date;
};

/**
 * Makes planned jobs real: their pictures go to storage, then jobs, reservations, idempotency key, files and batch to the
 * database at once, and then the doorbell rings. If the jobs are not made after all, their pictures are taken away again; but not
 * after an error, which may be no more than the lost reply to a commit: the jobs may be there, and need them.
 */
export async function acceptJobs(context: Context, acceptance: Acceptance): Promise<CreateResult> {
  const files = await storePictures(context.storage, acceptance.caller.tenantId, acceptance.plans);
  const origins = await findOrigins(context, acceptance);
  const created = await create(context, acceptance, files, origins);
  if (created.outcome === "created") announce(context, created.jobs, acceptance.now);
  else await takeAway(context, files);
  return created;
}

function create(context: Context, acceptance: Acceptance, files: NewFile[]): Promise<CreateResult> {
  const { batch, caller, claim, now } = acceptance;
  const jobs = acceptance.plans.map((numbered) => toNewJob(context, acceptance, numbered));
  // The usual job needs one statement; a transaction of several costs as much as seven of them.
  if (files.length === 0 && !batch) return createJobs(context.db, { jobs, claim, now });
  return context.db.$transaction(async (tx) => {
    const created = await createJobs(tx, { jobs, claim, now });
    if (created.outcome !== "created") return created;
    await recordFiles(tx, files, now);
    if (batch)
      await tx.batch.create({
        data: { id: batch.id, tenantId: caller.tenantId, createdAt: now, items: batch.items as object },
      });
    return created;
  });
}

function toNewJob(context: Context, { batch, caller, now }: Acceptance, { jobId, plan }: NumberedPlan): NewJob {
  const { request } = plan;
  const runAt = request.run_at === undefined ? null : new Date(request.run_at);
  // A run_at in the past is a start now: its deadline must not have passed already.
  const startsAt = runAt && runAt > now ? runAt : now;
  return {
    id: jobId,
    tenantId: caller.tenantId,
    apiKeyId: caller.keyId,
    batchId: batch?.id ?? null,
    model: plan.model.id,
    input: plan.input,
    priority: request.priority,
    runAt,
    deadlineAt: new Date(startsAt.getTime() + request.deadline_seconds * 1000),
    attemptsMax: context.env.FAL_ATTEMPTS_MAX,
    maxCostMicros: plan.maxCostMicros,
    reservedMicros: plan.charge.micros,
    tags: [...new Set(request.tags)],
    metadata: request.metadata,
  };
}

/** Not waited for: a queue that is away must not hold up the answer. The sweep rings for whatever is lost here. */
function announce(context: Context, jobs: JobRow[], now: Date): void {
  for (const { model } of jobs) context.metrics.jobsCreated.inc({ model });
  const later = jobs.flatMap(({ id, dueAt }) =>
    dueAt && dueAt > now ? [{ kind: "dispatch", id, dueAt } as const] : [],
  );
  if (later.length > 0) void context.doorbell.ring(later);
  if (later.length < jobs.length) context.doorbell.ringDispatch();
}

/** Pictures nobody refers to; if S3 does not want to now, they lie below the prefix of a job that does not exist. */
async function takeAway(context: Context, files: NewFile[]): Promise<void> {
  const keys = files.map((file) => file.key);
  await deleteObjects(context.storage, keys).catch((error: Error) => {
    context.log.warn({ objects: keys.length, reason: error.name }, "pictures of a job that was not made are left over");
  });
}
