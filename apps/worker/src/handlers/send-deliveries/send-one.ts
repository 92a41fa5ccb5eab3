import type { Context } from "@darkroom/core/context";
import { signedHeaders } from "@darkroom/core/deliveries/build-request";
import type { ClaimedDelivery } from "@darkroom/core/deliveries/claim-deliveries";
import { type Judgement, judgeAnswer } from "@darkroom/core/deliveries/judge-answer";
import { type PostOutcome, postEvent } from "@darkroom/core/deliveries/post-event";
import type { Outcome } from "@darkroom/core/deliveries/record-outcomes";
import type { EndpointRow } from "@darkroom/core/endpoints/endpoint-row";
import { toWireEvent } from "@darkroom/core/events/to-wire";
import type { Sender } from "./open-sender.ts";

type Sending = { sender: Sender; endpoint: EndpointRow; delivery: ClaimedDelivery };

/** One attempt at one delivery, and what it means. Never throws: whatever goes wrong is an outcome. */
export async function sendOne(context: Context, sending: Sending): Promise<Outcome> {
  const { delivery, endpoint } = sending;
  const url = new URL(delivery.url ?? endpoint.url);
  const at = context.clock.now();
  const outcome = await post(context, sending, url, at).catch((error: unknown): PostOutcome => {
    context.log.error({ delivery: delivery.id, err: error }, "a delivery could not be prepared");
    return { outcome: "failed", ms: 0, error: "internal", detail: "" };
  });
  const judgement = judgeAnswer(outcome, {
    number: delivery.attempts + 1,
    now: context.clock.now(),
    jitter: Math.random(),
    pausesSeconds: context.env.DELIVERY_RETRY_SECONDS,
  });
  note(context, { delivery, endpoint, url, outcome, judgement });
  const { id: deliveryId, leasedUntil } = delivery;
  return {
    record: { deliveryId, leasedUntil, at, ms: outcome.ms, ...judgement.record },
    verdict: { ...judgement.verdict, startedAt: at },
    gone: judgement.gone,
  };
}

function post(context: Context, { sender, delivery }: Sending, url: URL, at: Date): Promise<PostOutcome> {
  const { eventId: id, type, data, eventAt: createdAt } = delivery;
  const body = JSON.stringify(toWireEvent({ id, type, data, createdAt }, context.links));
  const headers = signedHeaders({ eventId: id, at, body }, sender);
  return postEvent(context.egress.agent, { url, headers, body, timeoutMs: context.env.DELIVERY_TIMEOUT_MS, now: at });
}

function note(
  context: Context,
  it: Pick<Sending, "delivery" | "endpoint"> & { url: URL; outcome: PostOutcome; judgement: Judgement },
): void {
  const { status, error, to } = it.judgement.record;
  context.metrics.deliverySeconds.observe({ outcome: error ?? "delivered" }, it.outcome.ms / 1000);
  const detail = it.outcome.outcome === "failed" ? it.outcome.detail : undefined;
  context.log[error ? "info" : "debug"](
    {
      delivery: it.delivery.id,
      endpoint: it.endpoint.id,
      tenant: it.endpoint.tenantId,
      host: it.url.host,
      ms: it.outcome.ms,
      status,
      error,
      detail,
      to,
    },
    "delivery attempted",
  );
}
