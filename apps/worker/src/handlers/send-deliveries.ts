import type { Context } from "@darkroom/core/context";
import { type Claim, claimDeliveries } from "@darkroom/core/deliveries/claim-deliveries";
import { type Outcome, recordOutcomes } from "@darkroom/core/deliveries/record-outcomes";
import { ringEndpoints } from "@darkroom/core/deliveries/ring-endpoints";
import type { EndpointRow } from "@darkroom/core/endpoints/endpoint-row";
import { openSender, type Sender } from "./send-deliveries/open-sender.ts";
import { sendOne } from "./send-deliveries/send-one.ts";

/** Beyond the attempt's own timeout: time to write down what came of it. */
const leaseSlackMs = 15_000;
/** After that a new message goes on, so that a worker that is to stop is not kept by an endless backlog. */
const turnMs = 5_000;

/** Endpoints this process is sending to: a message for one of them only says that there is more. */
const inHand = new WeakMap<Context["queues"], Map<string, { more: boolean }>>();

/**
 * Sends what is due to one endpoint, as many at once as it may be sent, until nothing is. By endpoint and not by delivery: claims
 * and records are made for several at a time, and a dead endpoint has no more than its own few in hand, however many wait.
 */
export async function sendDeliveries(context: Context, endpointId: string): Promise<string> {
  const hands = inHand.get(context.queues) ?? new Map<string, { more: boolean }>();
  inHand.set(context.queues, hands);
  const present = hands.get(endpointId);
  if (present) {
    present.more = true;
    return "in_hand";
  }
  const hand = { more: false };
  hands.set(endpointId, hand);
  try {
    const sender = await openSender(context, endpointId);
    return sender ? await drain(context, sender, hand) : "moved_on";
  } finally {
    hands.delete(endpointId);
    // Rung for between the last look and here.
    if (hand.more) await ringEndpoints(context, [endpointId], context.clock.now());
  }
}

type Work = { underWay: Set<Promise<void>>; ended: Outcome[]; endpoint: EndpointRow | null; sent: number };

async function drain(context: Context, sender: Sender, hand: { more: boolean }): Promise<string> {
  const turnEndsAt = context.clock.now().getTime() + turnMs;
  const work: Work = { underWay: new Set(), ended: [], endpoint: null, sent: 0 };
  for (;;) {
    hand.more = false;
    const isTurnOver = context.clock.now().getTime() >= turnEndsAt;
    const claim = isTurnOver ? null : await startMore(context, sender, work);
    if (work.underWay.size === 0 && work.ended.length === 0) {
      if (hand.more && claim) continue;
      await ringAgain(context, sender, claim);
      return work.sent > 0 ? "sent" : "nothing_to_do";
    }
    if (work.ended.length === 0) await Promise.race(work.underWay);
    await recordEnded(context, work);
  }
}

async function startMore(context: Context, sender: Sender, work: Work): Promise<Claim> {
  const now = context.clock.now();
  const leaseEndsAt = new Date(now.getTime() + context.env.DELIVERY_TIMEOUT_MS + leaseSlackMs);
  const claim = await claimDeliveries(context.db, sender.endpointId, { now, leaseEndsAt });
  const { endpoint } = claim;
  if (!endpoint) return claim;
  work.endpoint = endpoint;
  for (const delivery of claim.deliveries) {
    const sending = sendOne(context, { sender, endpoint, delivery }).then((outcome) => {
      work.ended.push(outcome);
      work.underWay.delete(sending);
    });
    work.underWay.add(sending);
  }
  work.sent += claim.deliveries.length;
  return claim;
}

/** What ended together is recorded together: while one record is written, more attempts end. */
async function recordEnded(context: Context, work: Work): Promise<void> {
  if (!work.endpoint) return;
  const outcomes = work.ended.splice(0);
  const now = context.clock.now();
  const { told, disabled } = await recordOutcomes(context.db, work.endpoint, outcomes, now);
  if (disabled) {
    context.metrics.endpointsDisabled.inc({ reason: disabled });
    const { id, tenantId } = work.endpoint;
    context.log.warn({ endpoint: id, tenant: tenantId, reason: disabled }, "endpoint was disabled");
  }
  await ringEndpoints(context, told, now);
  const times = new Set(outcomes.flatMap(({ record }) => record.dueAt?.getTime() ?? []));
  for (const time of times) await ringEndpoints(context, [work.endpoint.id], new Date(time));
}

/** For what its turn or its limits left over. */
async function ringAgain(context: Context, { endpointId }: Sender, claim: Claim | null): Promise<void> {
  const againAt = claim ? claim.againAt : context.clock.now();
  if (againAt) await ringEndpoints(context, [endpointId], againAt);
}
