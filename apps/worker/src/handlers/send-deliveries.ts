import { randomUUID } from "node:crypto";
import type { Context } from "@darkroom/core/context";
import { type Hold, holdEndpoint, releaseEndpoint } from "@darkroom/core/deliveries/hold-endpoint";
import { ringEndpoints } from "@darkroom/core/deliveries/ring-endpoints";
import { openSender } from "./send-deliveries/open-sender.ts";
import { createSignal, type Signal } from "./send-deliveries/signal.ts";
import { takeTurn } from "./send-deliveries/take-turn.ts";

/** After that a new message goes on, so that endpoints take turns and a worker that is to stop is not kept by an endless backlog. */
const turnMs = 5_000;
/** Beyond a turn and the timeout of its last attempt: time to write down what came of it. */
const holdSlackMs = 15_000;

/** Endpoints this process is sending to: a message for one of them only says that there is more. */
const inHand = new WeakMap<Context["queues"], Map<string, Signal>>();

/**
 * Sends what is due to one endpoint, as many at once as it may be sent, until nothing is. By endpoint and not by delivery: reads
 * and records are made for many at a time, and a dead endpoint has no more than its own few in hand, however many wait.
 */
export async function sendDeliveries(context: Context, endpointId: string): Promise<string> {
  const hands = inHand.get(context.queues) ?? new Map<string, Signal>();
  inHand.set(context.queues, hands);
  const present = hands.get(endpointId);
  if (present) {
    present.more = true;
    present.fire();
    return "in_hand";
  }
  const signal = createSignal();
  hands.set(endpointId, signal);
  try {
    return await hold(context, endpointId, signal);
  } finally {
    hands.delete(endpointId);
    // Rung for between the last look and here.
    if (signal.more) await ringEndpoints(context, [endpointId], context.clock.now());
  }
}

async function hold(context: Context, endpointId: string, signal: Signal): Promise<string> {
  const mine: Hold = { endpointId, holder: randomUUID() };
  const now = context.clock.now();
  const turnEndsAt = new Date(now.getTime() + turnMs);
  const holdEndsAt = new Date(turnEndsAt.getTime() + context.env.DELIVERY_TIMEOUT_MS + holdSlackMs);
  signal.more = false;
  const endpoint = await holdEndpoint(context.db, mine, { now, holdEndsAt });
  if (!endpoint) return "nothing_to_do";
  const sender = await openSender(context, endpoint);
  if (!sender) {
    await releaseEndpoint(context.db, mine, { now, ifIdle: false, known: endpoint });
    return "moved_on";
  }
  return takeTurn(context, { hold: mine, endpoint, sender, endsAt: turnEndsAt, signal });
}
