import type { Context } from "@darkroom/core/context";
import { signedHeaders } from "@darkroom/core/deliveries/build-request";
import type { DueDelivery } from "@darkroom/core/deliveries/find-due";
import { type Judgement, judgeAnswer } from "@darkroom/core/deliveries/judge-answer";
import { type PostOutcome, postEvent } from "@darkroom/core/deliveries/post-event";
import type { Outcome } from "@darkroom/core/deliveries/record-outcomes";
import type { EndpointRow } from "@darkroom/core/endpoints/endpoint-row";
import { toWireEvent } from "@darkroom/core/events/to-wire";
import type { Sender } from "./open-sender.ts";

/** One attempt, ready to be made. */
export type Attempt = {
  delivery: DueDelivery;
  endpoint: EndpointRow;
  at: Date;
  url: URL;
  /** Null: it could not be prepared. */
  request: { headers: Record<string, string>; body: string } | null;
};

/** Apart from the sending, so that several that begin together leave together. Never throws: that it failed is an outcome. */
export function prepareAttempt(
  context: Context,
  { sender, endpoint, delivery }: { sender: Sender; endpoint: EndpointRow; delivery: DueDelivery },
): Attempt {
  const at = context.clock.now();
  const attempt = { delivery, endpoint, at, url: delivery.url === null ? sender.url : new URL(delivery.url) };
  try {
    const { eventId: id, type, data, eventAt: createdAt } = delivery;
    const body = JSON.stringify(toWireEvent({ id, type, data, createdAt }, context.links));
    return { ...attempt, request: { headers: signedHeaders({ eventId: id, at, body }, sender), body } };
  } catch (error) {
    context.log.error({ delivery: delivery.id, err: error }, "a delivery could not be prepared");
    return { ...attempt, request: null };
  }
}

/** Makes an attempt, and says what it means. Never throws: whatever goes wrong is an outcome. */
export async function sendOne(context: Context, attempt: Attempt): Promise<Outcome> {
  const { delivery, at } = attempt;
  const outcome = await post(context, attempt);
  const number = delivery.attempts + 1;
  const judgement = judgeAnswer(outcome, {
    number,
    now: context.clock.now(),
    jitter: Math.random(),
    pausesSeconds: context.env.DELIVERY_RETRY_SECONDS,
  });
  note(context, attempt, outcome, judgement);
  return {
    record: { deliveryId: delivery.id, number, at, ms: outcome.ms, ...judgement.record },
    verdict: { ...judgement.verdict, startedAt: at },
    gone: judgement.gone,
  };
}

function post(context: Context, { url, at, request }: Attempt): Promise<PostOutcome> {
  if (!request) return Promise.resolve({ outcome: "failed", ms: 0, error: "internal", detail: "" });
  return postEvent(context.egress.agent, { url, ...request, timeoutMs: context.env.DELIVERY_TIMEOUT_MS, now: at });
}

function note(
  context: Context,
  { delivery, endpoint, url }: Attempt,
  outcome: PostOutcome,
  { record: { status, error, to } }: Judgement,
): void {
  context.metrics.deliverySeconds.observe({ outcome: error ?? "delivered" }, outcome.ms / 1000);
  const { id, tenantId: tenant } = endpoint;
  const detail = outcome.outcome === "failed" ? outcome.detail : undefined;
  const fields = {
    delivery: delivery.id,
    endpoint: id,
    tenant,
    host: url.host,
    ms: outcome.ms,
    status,
    error,
    detail,
    to,
  };
  context.log[error ? "info" : "debug"](fields, "delivery attempted");
}
