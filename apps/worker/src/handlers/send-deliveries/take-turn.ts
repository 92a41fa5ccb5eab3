import type { Context } from "@darkroom/core/context";
import { type DueDelivery, findDue } from "@darkroom/core/deliveries/find-due";
import { releaseEndpoint } from "@darkroom/core/deliveries/hold-endpoint";
import { recordOutcomes } from "@darkroom/core/deliveries/record-outcomes";
import { ringEndpoints } from "@darkroom/core/deliveries/ring-endpoints";
import { prepareAttempt, sendOne } from "./send-one.ts";
import {
  countWanted,
  dequeue,
  enqueue,
  isFree,
  isOver,
  isQuiet,
  isRecordDue,
  newTurn,
  noteEnded,
  noteRecorded,
  type Turn,
} from "./turn.ts";

/** How often to look for what others were rung for, while something here takes long. */
const lookEveryMs = 1_000;

/**
 * Sends to an endpoint that is held, until nothing is due or the turn ends; then lets go. Reading, sending and recording go on at
 * the same time: what ends while one record is written is in the next one.
 */
export async function takeTurn(
  context: Context,
  start: Pick<Turn, "hold" | "sender" | "signal" | "endpoint" | "endsAt">,
): Promise<string> {
  const turn = newTurn(start, context.clock.now());
  const ticking = setInterval(() => {
    turn.mayBeMore = true;
    turn.signal.fire();
  }, lookEveryMs);
  try {
    await work(context, turn);
  } finally {
    clearInterval(ticking);
  }
  return turn.sent > 0 ? "sent" : "nothing_to_do";
}

async function work(context: Context, turn: Turn): Promise<void> {
  for (;;) {
    if (turn.surprise) throw turn.surprise.error;
    const now = context.clock.now();
    if (turn.signal.more) turn.mayBeMore = true;
    turn.signal.more = false;
    begin(context, turn, dequeue(turn, now));
    if (isRecordDue(turn, now)) inBackground(turn, "recording", () => recordEnded(context, turn));
    if (await isDone(context, turn, now)) return;
    const wanted = countWanted(turn, now);
    if (wanted > 0) inBackground(turn, "looking", () => look(context, turn, wanted));
    if (isQuiet(turn)) return end(context, turn);
    await turn.signal.heard();
  }
}

/** One look less for the usual case, a few events that all went well: whether there are more is asked while letting go. */
async function isDone(context: Context, turn: Turn, now: Date): Promise<boolean> {
  if (!isQuiet(turn) || turn.sent === 0 || !isFree(turn, now) || turn.empty) return false;
  if (await letGo(context, turn, { ifIdle: true })) return true;
  turn.mayBeMore = true;
  return false;
}

/** Marks the turn while `act` lasts, wakes the loop when it has ended, and keeps what surprised it. */
function inBackground(turn: Turn, mark: "looking" | "recording", act: () => Promise<void>): void {
  turn[mark] = true;
  act()
    .catch((error: unknown) => {
      turn.surprise = { error };
    })
    .finally(() => {
      turn[mark] = false;
      turn.signal.fire();
    });
}

function begin(context: Context, turn: Turn, deliveries: readonly DueDelivery[]): void {
  const { sender, endpoint } = turn;
  const attempts = deliveries.map((delivery) => prepareAttempt(context, { sender, endpoint, delivery }));
  turn.underWay += attempts.length;
  turn.sent += attempts.length;
  for (const attempt of attempts) {
    void sendOne(context, attempt).then((outcome) => {
      noteEnded(turn, outcome, context.clock.now());
      turn.signal.fire();
    });
  }
}

async function look(context: Context, turn: Turn, wanted: number): Promise<void> {
  turn.mayBeMore = false;
  const { endpoint, hold } = turn;
  const now = context.clock.now();
  const due = await findDue(context.db, hold, { endpoint, now, inHand: [...turn.inHand], limit: wanted });
  turn.endpoint = { ...turn.endpoint, ...due.taken };
  enqueue(turn, due.deliveries, { wanted, readAt: now });
}

/** What ended together is recorded together. */
async function recordEnded(context: Context, turn: Turn): Promise<void> {
  const outcomes = turn.ended.splice(0);
  const now = context.clock.now();
  const { told, disabled, health } = await recordOutcomes(context.db, turn.endpoint, outcomes, now);
  const { id, tenantId } = turn.endpoint;
  if (health) turn.endpoint = { ...turn.endpoint, ...health };
  if (disabled) {
    context.metrics.endpointsDisabled.inc({ reason: disabled });
    context.log.warn({ endpoint: id, tenant: tenantId, reason: disabled }, "endpoint was disabled");
  }
  noteRecorded(turn, outcomes, { now, learned: health !== null });
  await ringEndpoints(context, told, now);
  const times = new Set(outcomes.flatMap(({ record }) => record.dueAt?.getTime() ?? []));
  for (const time of times) await ringEndpoints(context, [id], new Date(time));
}

/** Nothing is left that could be sent now. Rings for what the turn or the endpoint's limits left over. */
async function end(context: Context, turn: Turn): Promise<void> {
  const now = context.clock.now();
  const againAt = isOver(turn, now) ? now : turn.againAt;
  if (!againAt && (await letGo(context, turn, { ifIdle: true }))) return;
  await letGo(context, turn, { ifIdle: false });
  if (againAt) await ringEndpoints(context, [turn.hold.endpointId], againAt);
}

/** Answers whether the endpoint was let go. One that was changed meanwhile is looked at anew, as it is now. */
async function letGo(context: Context, turn: Turn, { ifIdle }: { ifIdle: boolean }): Promise<boolean> {
  const now = context.clock.now();
  const { released, changed } = await releaseEndpoint(context.db, turn.hold, { now, ifIdle, known: turn.endpoint });
  if (changed) await ringEndpoints(context, [turn.hold.endpointId], now);
  return released;
}
