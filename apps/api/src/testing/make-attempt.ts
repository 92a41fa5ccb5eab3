import { sql } from "@darkroom/core/db/database";
import { newId } from "@darkroom/core/ids";
import type { NewJob } from "@darkroom/core/jobs/create-jobs";
import { recordAccepted } from "@darkroom/core/jobs/record-submit";
import { startAttempt } from "@darkroom/core/jobs/start-attempt";
import { moveJob } from "@darkroom/core/jobs/transition";
import { makeJob } from "@darkroom/testing/make-job";
import type { TestApi } from "./open-test-api.ts";

export type TestAttempt = { jobId: string; attemptId: string; token: string; requestId: string };

let requests = 0;

/** A job that is on its way to fal: POSTed, and with `accepted` (the default) answered by fal with its request id. */
export async function makeAttempt(
  { context, tenant }: Pick<TestApi, "context" | "tenant">,
  options: { accepted?: boolean; job?: Partial<NewJob> } = {},
): Promise<TestAttempt> {
  const job = await makeJob(context.db, tenant.id, context.clock.now(), options.job);
  return attemptJob({ context }, job.id, options);
}

/** Takes a queued job there. */
export async function attemptJob(
  { context }: Pick<TestApi, "context">,
  jobId: string,
  options: { accepted?: boolean } = {},
): Promise<TestAttempt> {
  const { clock, db } = context;
  const now = clock.now();
  const leaseEndsAt = new Date(now.getTime() + 60_000);
  const attemptId = newId("att");
  const token = `token-of-${attemptId}`;
  await db.attempt.create({ data: { id: attemptId, jobId, number: 1, token, createdAt: now } });
  const line = { kind: "job.submitting", data: { attempt: 1 } } as const;
  await moveJob(db, { jobId, to: "submitting", dueAt: leaseEndsAt, set: [sql`attempt = 1`], line, now });
  const started = await startAttempt(db, attemptId, { now, leaseEndsAt });
  if (!started) throw new Error("the attempt was not started");
  requests += 1;
  const requestId = `req-${requests}-0000-4000-8000-000000000000`;
  if (options.accepted !== false) {
    const answer = { requestId, gatewayRequestId: null, checkAt: leaseEndsAt, now };
    await recordAccepted(db, { jobId, attemptId, number: 1 }, answer);
  }
  return { jobId, attemptId, token, requestId };
}
