import type { Context } from "@darkroom/core/context";
import type { Db } from "@darkroom/core/db/database";
import { ringEndpoints } from "@darkroom/core/deliveries/ring-endpoints";
import { type NewFile, recordFiles } from "@darkroom/core/files/record-file";
import { followLeader } from "@darkroom/core/follow-job";
import { type CreateResult, createJobs, type NewJob } from "@darkroom/core/jobs/create-jobs";
import type { IdempotencyClaim } from "@darkroom/core/jobs/find-claims";
import type { JobRow } from "@darkroom/core/jobs/job-row";
import type { BatchItemRow } from "@darkroom/core/jobs/read-batch";
import { loosenObjects } from "@darkroom/core/loose-objects/loosen-objects";
import { type Sharing, shareJobs } from "@darkroom/core/reuse/share-jobs";
import { createWithinBudgets } from "@darkroom/core/spend/create-within-budgets";
import type { BudgetExceeded } from "@darkroom/core/spend/lock-budgets";
import { jobPrefix } from "@darkroom/core/storage/keys";
import type { Payer } from "../middleware/authenticate.ts";
import { deadlineOf } from "./deadline-of.ts";
import { findOrigins } from "./find-origins.ts";
import type { JobPlan } from "./plan-job.ts";
import { storePictures } from "./store-pictures.ts";

/** A plan that has got its id. */
export type NumberedPlan = { jobId: string; plan: JobPlan };

export type Acceptance = {
  caller: Payer;
  plans: readonly NumberedPlan[];
  claim: IdempotencyClaim | null;
  /** The call these jobs came in, if they came as a batch. */
  batch: { id: string; items: BatchItemRow[]; refuse: (exceeded: BudgetExceeded) => BatchItemRow } | null;
  now: Date;
};

type Accepted = Extract<CreateResult, { outcome: "created" }> & { refused: ReadonlyMap<string, BudgetExceeded> };
/** Jobs that did not fit into a budget are refused, each by itself; the others are made. */
export type AcceptResult = Exclude<CreateResult, { outcome: "created" }> | Accepted;

/**
 * Makes planned jobs real: their pictures go to storage, then jobs, reservations, idempotency key, files and batch to the
 * database at once, and then the doorbell rings. If the jobs are not made after all, their pictures are loose objects, which the
 * sweep deletes: at once where that is known, else in its time. An error may be no more than the lost reply to a commit.
 */
export async function acceptJobs(context: Context, acceptance: Acceptance): Promise<AcceptResult> {
  const files = await storePictures(context, acceptance);
  const origins = await findOrigins(context, acceptance);
  const jobs = acceptance.plans.map((numbered) => ({
    ...toNewJob(context, acceptance, numbered),
    ...webhookOf(numbered.plan, origins),
  }));
  const made = await create(context, acceptance, jobs, files);
  if (made.outcome !== "created") {
    await loosen(context, files, acceptance.now);
    return made;
  }
  announce(context, made, acceptance.now);
  // What can be had at once is there with the answer.
  for (const source of made.sources ?? []) await followLeader(context, source);
  const refused = made.refused ?? new Map<string, BudgetExceeded>();
  await loosen(
    context,
    files.filter((file) => isOfRefused(file, refused)),
    acceptance.now,
  );
  return { ...made, refused };
}

type Made = CreateResult & { refused?: ReadonlyMap<string, BudgetExceeded>; told?: string[]; sources?: string[] };

async function create(context: Context, acceptance: Acceptance, jobs: NewJob[], files: NewFile[]): Promise<Made> {
  const { batch, caller, claim, now, plans } = acceptance;
  const isUsual = files.length === 0 && !batch && !plans.some(({ plan }) => plan.reuse);
  const complete = isUsual ? undefined : (tx: Db, made: Created) => recordRest(tx, acceptance, files, made);
  if (caller.hasBudget) {
    const who = { tenantId: caller.tenantId, apiKeyId: caller.keyId };
    return createWithinBudgets(context.db, { who, jobs, claim, now, complete });
  }
  // The usual job needs no more than its part of a statement; a transaction costs as much as seven of them.
  if (!complete) return createJobs(context.db, { jobs, claim, now });
  return context.db.$transaction(async (tx): Promise<Made> => {
    const made = await createJobs(tx, { jobs, claim, now });
    return made.outcome === "created" ? { ...made, ...(await complete(tx, { ...made, refused: new Map() })) } : made;
  });
}

type Created = { jobs: JobRow[]; refused: ReadonlyMap<string, BudgetExceeded> };

/** Pictures, batch and sharing of jobs that were just made, in their transaction. */
async function recordRest(tx: Db, acceptance: Acceptance, files: NewFile[], { jobs, refused }: Created) {
  const { batch, caller, now, plans } = acceptance;
  const kept = files.filter((file) => !isOfRefused(file, refused));
  await recordFiles(tx, kept, now);
  if (batch) await tx.batch.create({ data: batchRow(acceptance, batch, jobs.length, refused) });
  const sharings = plans.flatMap(({ jobId, plan: { reuse } }) => (reuse ? { ...reuse, jobId } : []));
  return share(tx, caller.tenantId, sharings, jobs, now);
}

/** Of the jobs that were made, those that asked for it. */
async function share(tx: Db, tenantId: string, sharings: readonly Sharing[], jobs: JobRow[], now: Date) {
  const made = new Set(jobs.map(({ id }) => id));
  const mine = sharings.filter(({ jobId }) => made.has(jobId));
  if (mine.length === 0) return {};
  const shared = await shareJobs(tx, tenantId, mine, now);
  const rows = new Map(shared.jobs.map((job) => [job.id, job]));
  return { jobs: jobs.map((job) => rows.get(job.id) ?? job), sources: shared.sources };
}

function batchRow(
  { caller, now }: Acceptance,
  batch: NonNullable<Acceptance["batch"]>,
  open: number,
  refused: ReadonlyMap<string, BudgetExceeded>,
) {
  const items = batch.items.map((item) => {
    const exceeded = "job_id" in item ? refused.get(item.job_id) : undefined;
    return exceeded ? batch.refuse(exceeded) : item;
  });
  // One without jobs has nothing to tell of.
  const announcedAt = open === 0 ? now : null;
  return { id: batch.id, tenantId: caller.tenantId, createdAt: now, items: items as object, open, announcedAt };
}

/** A picture that came inside a job lies below its job's prefix. */
function isOfRefused({ tenantId, key }: NewFile, refused: ReadonlyMap<string, BudgetExceeded>): boolean {
  return [...refused.keys()].some((jobId) => key.startsWith(jobPrefix({ tenantId, jobId })));
}

function webhookOf({ webhookUrl }: JobPlan, origins: Map<string, string>) {
  if (!webhookUrl) return {};
  return { webhookUrl, webhookEndpointId: origins.get(new URL(webhookUrl).origin) ?? null };
}

function toNewJob(context: Context, { batch, caller, now }: Acceptance, { jobId, plan }: NumberedPlan): NewJob {
  const { request } = plan;
  return {
    id: jobId,
    tenantId: caller.tenantId,
    apiKeyId: caller.keyId,
    batchId: batch?.id ?? null,
    model: plan.model.id,
    input: plan.input,
    priority: request.priority,
    runAt: request.run_at === undefined ? null : new Date(request.run_at),
    deadlineAt: deadlineOf(plan, now),
    attemptsMax: context.env.FAL_ATTEMPTS_MAX,
    maxCostMicros: plan.maxCostMicros,
    reservedMicros: plan.charge.micros,
    tags: [...new Set(request.tags)],
    metadata: request.metadata,
    inputKey: plan.inputKey,
  };
}

/** Not waited for: a queue that is away must not hold up the answer. The sweep rings for whatever is lost here. */
function announce(context: Context, { jobs, told }: { jobs: JobRow[]; told?: string[] }, now: Date): void {
  for (const { model } of jobs) context.metrics.jobsCreated.inc({ model });
  const later = jobs.flatMap(({ id, dueAt }) =>
    dueAt && dueAt > now ? [{ kind: "dispatch", id, dueAt } as const] : [],
  );
  if (told) void ringEndpoints(context, told, now);
  if (later.length > 0) void context.doorbell.ring(later);
  if (later.length < jobs.length) context.doorbell.ringDispatch();
}

/** Pictures nobody will refer to. The reply does not depend on it: without it they are deleted all the same, an hour later. */
async function loosen(context: Context, files: NewFile[], now: Date): Promise<void> {
  const keys = files.map((file) => file.key);
  await loosenObjects(context.db, keys, now).catch((error: Error) => {
    context.log.warn(
      { objects: keys.length, reason: error.name },
      "pictures of a job that was not made stay for a while",
    );
  });
}
