import { allowanceNow, type DueDelivery } from "@darkroom/core/deliveries/find-due";
import type { Hold } from "@darkroom/core/deliveries/hold-endpoint";
import type { Outcome } from "@darkroom/core/deliveries/record-outcomes";
import type { EndpointRow } from "@darkroom/core/endpoints/endpoint-row";
import { isWell } from "@darkroom/core/endpoints/health";
import type { Sender } from "./open-sender.ts";
import type { Signal } from "./signal.ts";

/** What one sender has in hand while it holds an endpoint. Times and the endpoint's row come from outside: pure but for itself. */
export type Turn = {
  hold: Hold;
  sender: Sender;
  signal: Signal;
  endsAt: Date;
  /** The sender alone changes its health and its tokens, so it knows them without asking. */
  endpoint: EndpointRow;
  /** Read, and not begun. */
  queue: DueDelivery[];
  readAt: Date;
  /** Ids from the read to the record: not to be read again meanwhile. */
  inHand: Set<string>;
  underWay: number;
  ended: Outcome[];
  /** When the first of those ended. */
  endedAt: Date;
  /** Failures that are not recorded yet: until then nothing is begun, for what they tell decides. */
  failing: number;
  looking: boolean;
  recording: boolean;
  /** There may be more to send than was seen. */
  mayBeMore: boolean;
  /** The last look found nothing. */
  empty: boolean;
  /** How many to have read. */
  ahead: number;
  /** When its limits or its circuit let it be sent to again. */
  againAt: Date | null;
  sent: number;
  /** What went wrong in the background. */
  surprise: { error: unknown } | null;
};

/** Read ahead of what is sent, so that neither waits for the other: as much as goes in the time of a read, and not much memory. */
const aheadMax = 800;
/** Few records of many cost a fraction of many records of few; but what was sent must not stay unwritten for long. */
const recordedAtOnceMin = 100;
const unrecordedMsMax = 50;
/** A pause or a new limit is heeded within this time. */
const freshMs = 1_000;

type Start = Pick<Turn, "hold" | "sender" | "signal" | "endpoint" | "endsAt">;

export function newTurn(start: Start, now: Date): Turn {
  return {
    ...start,
    queue: [],
    readAt: now,
    inHand: new Set(),
    underWay: 0,
    ended: [],
    endedAt: now,
    failing: 0,
    looking: false,
    recording: false,
    mayBeMore: true,
    empty: false,
    ahead: start.endpoint.concurrency,
    againAt: null,
    sent: 0,
    surprise: null,
  };
}

export function isOver(turn: Turn, now: Date): boolean {
  return now >= turn.endsAt;
}

/** Nothing in hand and nothing in progress. */
export function isQuiet(turn: Turn): boolean {
  return turn.inHand.size === 0 && !turn.looking && !turn.recording;
}

/** No limit, no order and no trouble: nothing has to be decided between one attempt and the next. */
export function isFree({ endpoint }: Turn, now: Date): boolean {
  return endpoint.ratePerSecond === null && endpoint.fifo === "none" && isWell(endpoint) && !isBlocked(endpoint, now);
}

function isBlocked({ blockedUntil }: EndpointRow, now: Date): boolean {
  return blockedUntil !== null && blockedUntil > now;
}

/** Whether to write down what has ended: at once, but for a long queue, of which some more is awaited. */
export function isRecordDue(turn: Turn, now: Date): boolean {
  if (turn.ended.length === 0 || turn.recording) return false;
  const isBusy = turn.queue.length > 0 && turn.underWay > 0 && turn.failing === 0;
  const isYoung = now.getTime() - turn.endedAt.getTime() < unrecordedMsMax;
  return !(isBusy && isYoung && turn.ended.length < recordedAtOnceMin);
}

/** How many deliveries to look for now: as many as may start, and while all is well, some more. */
export function countWanted(turn: Turn, now: Date): number {
  if (!turn.mayBeMore || turn.looking || turn.failing > 0 || isOver(turn, now)) return 0;
  turn.againAt = null;
  if (isFree(turn, now)) return turn.queue.length > turn.ahead / 2 ? 0 : turn.ahead - turn.queue.length;
  const { count, concurrency, againAt } = allowanceNow(turn.endpoint, now);
  turn.againAt = againAt;
  if (count === 0) turn.mayBeMore = false;
  return Math.max(0, Math.min(count, concurrency - turn.underWay - turn.queue.length));
}

/** Takes in what a look has found. */
export function enqueue(turn: Turn, found: DueDelivery[], options: { wanted: number; readAt: Date }): void {
  const isFull = found.length >= options.wanted;
  turn.empty = found.length === 0;
  if (turn.failing > 0 || isFull) turn.mayBeMore = true;
  if (turn.failing > 0) return;
  if (isFull) turn.ahead = Math.min(2 * turn.ahead, Math.max(aheadMax, turn.endpoint.concurrency));
  turn.queue.push(...found);
  turn.readAt = options.readAt;
  for (const { id } of found) turn.inHand.add(id);
}

/** What may be begun now. */
export function dequeue(turn: Turn, now: Date): DueDelivery[] {
  const isStale = now.getTime() - turn.readAt.getTime() > freshMs;
  if (turn.queue.length > 0 && (isStale || isOver(turn, now))) putBack(turn);
  if (turn.failing > 0) return [];
  const { concurrency } = allowanceNow(turn.endpoint, now);
  return turn.queue.splice(0, Math.max(0, concurrency - turn.underWay));
}

/** Nothing was written for what is in the queue: forgetting it is all. */
function putBack(turn: Turn): void {
  for (const { id } of turn.queue) turn.inHand.delete(id);
  turn.queue = [];
  turn.ahead = turn.endpoint.concurrency;
  turn.mayBeMore = true;
}

/** An attempt has ended. After a failure nothing else is begun until what it means is known. */
export function noteEnded(turn: Turn, outcome: Outcome, now: Date): void {
  turn.underWay -= 1;
  if (turn.ended.length === 0) turn.endedAt = now;
  turn.ended.push(outcome);
  if (outcome.verdict.ok) return;
  turn.failing += 1;
  putBack(turn);
}

/** `learned`: of the endpoint's health. Where nothing held anything back, no more may be sent than before: what is new is rung for. */
export function noteRecorded(turn: Turn, outcomes: readonly Outcome[], at: { now: Date; learned: boolean }): void {
  for (const { record, verdict } of outcomes) {
    turn.inHand.delete(record.deliveryId);
    if (!verdict.ok) turn.failing -= 1;
  }
  if (at.learned || !isFree(turn, at.now)) turn.mayBeMore = true;
}
