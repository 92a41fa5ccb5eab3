import type { Context } from "@darkroom/core/context";
import { enterFalResult } from "@darkroom/core/enter-fal-result";
import { fetchResult } from "@darkroom/core/fal/ask-fal";
import type { FalReply } from "@darkroom/core/fal/call-fal";
import { classifyFailure } from "@darkroom/core/fal/classify-failure";
import { type ReadAnswer, readOutput } from "@darkroom/core/fal/read-answer";
import { followJob } from "@darkroom/core/follow-job";
import { answerOf } from "@darkroom/core/jobs/answer-of";
import { nextCheckAt } from "@darkroom/core/jobs/check-times";
import type { WorkItem } from "@darkroom/core/jobs/find-work";
import { snoozeJob } from "@darkroom/core/jobs/snooze-job";
import { keepReceipt } from "@darkroom/core/keep-receipt";
import { giveUpOnFal } from "./give-up.ts";

type Submitted = WorkItem & { requestId: string };
type Result = FalReply<{ data: unknown }>;

/** Fetches the result of a request that fal calls completed, and enters it where a webhook's would have entered. */
export async function fetchAnswer(context: Context, work: Submitted, status: { failed: boolean }): Promise<string> {
  const result = await fetchResult(context.fal, { model: work.model, requestId: work.requestId });
  if (result.kind === "http_error" && result.status === 404) {
    return giveUpOnFal(context, work, "fal_request_lost", "fal's result has expired.");
  }
  const read = readResult(result, status.failed);
  if (!read) return lookAgain(context, work);
  const now = context.clock.now();
  const body = Buffer.from(JSON.stringify(result.kind === "ok" ? result.value.data : result));
  const receipt = {
    ...(await keepReceipt(context, work.id, body, { now })),
    source: "poll",
    requestId: work.requestId,
    gatewayRequestId: null,
    headers: {},
    billableUnits: "headers" in result ? result.headers.get("x-fal-billable-units") : null,
  } as const;
  const answer = answerOf(read, work, context.models.find(work.model));
  const entered = { job: work, attemptId: work.attemptId, answer, receipt, now, jitter: Math.random() };
  const { followed } = await enterFalResult(context, entered);
  await followed;
  return read.kind;
}

/** Null: no answer of the application, so ask again. Such statuses are the application's own only if fal says that it failed. */
function readResult(result: Result, failed: boolean): ReadAnswer | null {
  if (result.kind === "ok") return readOutput(result.value.data);
  if (result.kind !== "http_error") return null;
  // 400: "still in progress" (fal: queue page); 429 and 5xx: some gateway's.
  if (!failed && (result.status >= 500 || result.status === 400 || result.status === 429)) return null;
  return { kind: "failure", failure: { ...classifyFailure(result), httpStatus: result.status } };
}

async function lookAgain(context: Context, work: Submitted): Promise<string> {
  const now = context.clock.now();
  const webhook = Boolean(context.env.PUBLIC_URL);
  const dueAt = nextCheckAt(now, { tries: work.stepTries, webhook, deadlineAt: work.deadlineAt });
  await snoozeJob(context.db, work, dueAt);
  await followJob(context, { ...work, dueAt });
  return "no_answer";
}
