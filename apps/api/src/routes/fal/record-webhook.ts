import { enterFalResult } from "@darkroom/core/enter-fal-result";
import { type FalWebhook, falWebhookSchema, readWebhook } from "@darkroom/core/fal/read-answer";
import { shortenDataUris } from "@darkroom/core/fal/shorten-data-uris";
import { requestIdSchema } from "@darkroom/core/fal/submit-request";
import type { FalWebhookHeaders } from "@darkroom/core/fal/verify-webhook";
import { answerOf } from "@darkroom/core/jobs/answer-of";
import type { NamedAttempt } from "@darkroom/core/jobs/find-attempt";
import type { FalAnswer } from "@darkroom/core/jobs/record-fal-result";
import { keepReceipt } from "@darkroom/core/keep-receipt";
import type { Api } from "../../api.ts";
import { notFound } from "../../reply.ts";
import { type Received, taken } from "./received.ts";

/** A webhook that fal signed, for an attempt that exists. */
type Verified = { attempt: NamedAttempt; headers: FalWebhookHeaders; body: Buffer; bodyHash: Buffer; now: Date };

/** Enters a verified webhook. Everything slow, the copy above all, is left to the worker: fal waits for our answer. */
export async function recordWebhook(api: Api, verified: Verified): Promise<Received> {
  const { attempt } = verified;
  const webhook = parse(verified.body);
  const requestId = webhook?.request_id ?? attempt.requestId ?? nameIn(verified.headers);
  // fal signs for everybody: a webhook of somebody else's request, sent here, is signed as well.
  if (requestId === null || (attempt.requestId !== null && requestId !== attempt.requestId)) {
    return { result: "foreign_request", reply: notFound("webhook"), worthALine: true };
  }
  const { job } = attempt;
  // A body that cannot be read is kept as evidence, and fal is asked for the result instead.
  const answer: FalAnswer = webhook
    ? answerOf(readWebhook(webhook), job, api.models.find(job.model))
    : { kind: "incomplete" };
  // Its doorbell is not waited for: the sweep rings for whatever is lost there.
  const { job: moved, followed } = await enter(api, verified, {
    answer,
    requestId,
    gatewayRequestId: webhook?.gateway_request_id ?? null,
  });
  followed.catch((error: unknown) => api.log.error({ err: error }, "nobody was rung for fal's answer"));
  if (!moved) return taken("known_or_late");
  if (answer.kind !== "incomplete") return taken("applied");
  void api.doorbell.ring([{ kind: "check-job", id: job.id, dueAt: verified.now }]);
  return webhook ? taken("incomplete") : taken("unreadable", true);
}

async function enter(
  api: Api,
  { attempt, headers, body, bodyHash, now }: Verified,
  said: { answer: FalAnswer; requestId: string; gatewayRequestId: string | null },
) {
  const { job, attemptId } = attempt;
  const kept = await keepReceipt(api, job.id, body, { now, bodyHash });
  const receipt = {
    ...kept,
    source: "webhook",
    requestId: said.requestId,
    gatewayRequestId: said.gatewayRequestId,
    headers: { ...headers },
    billableUnits: null,
  } as const;
  return enterFalResult(api, { job, attemptId, answer: said.answer, receipt, now, jitter: Math.random() });
}

/** Below it a body is parsed as it is. */
const shortBytesMax = 64_000;

function parse(body: Buffer): FalWebhook | null {
  try {
    const text = body.length > shortBytesMax ? shortenDataUris(body) : body;
    const parsed = falWebhookSchema.safeParse(JSON.parse(text.toString("utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The signed header names the request too; ids go into paths, so nothing else than an id is believed. */
function nameIn(headers: FalWebhookHeaders): string | null {
  const parsed = requestIdSchema.safeParse(headers.requestId);
  return parsed.success ? parsed.data : null;
}
