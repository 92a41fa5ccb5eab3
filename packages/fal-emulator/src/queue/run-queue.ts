import type { FalRequest } from "./request.ts";

/**
 * A first-in first-out lane. Places are counted from the lane's beginning and never reused, so a position is a subtraction;
 * `removed` holds the places cancelled in the middle, sorted, so it stays exact without a scan.
 */
interface Lane {
  items: (FalRequest | undefined)[];
  /** Place of items[0]. */
  base: number;
  /** Place of the next request to run. */
  head: number;
  removed: number[];
}

export interface RunQueue {
  normal: Lane;
  low: Lane;
  running: number;
}

/** Free the array's used front in steps, not at every take. */
const COMPACT_AFTER = 4_096;

export function createRunQueue(): RunQueue {
  return { normal: createLane(), low: createLane(), running: 0 };
}

function createLane(): Lane {
  return { items: [], base: 0, head: 0, removed: [] };
}

export function enqueue(queue: RunQueue, request: FalRequest): void {
  const lane = queue[request.priority];
  request.laneIndex = lane.base + lane.items.length;
  lane.items.push(request);
}

/** The next request to run: all normal ones before any low one (https://fal.ai/docs/inference-api/queue/submit). */
export function takeNext(queue: RunQueue): FalRequest | undefined {
  return takeFrom(queue.normal) ?? takeFrom(queue.low);
}

function takeFrom(lane: Lane): FalRequest | undefined {
  while (lane.head < lane.base + lane.items.length) {
    const request = lane.items[lane.head - lane.base];
    lane.items[lane.head - lane.base] = undefined;
    lane.head += 1;
    if (request) {
      compact(lane);
      return request;
    }
    lane.removed.shift();
  }
  return undefined;
}

function compact(lane: Lane): void {
  const used = lane.head - lane.base;
  if (used < COMPACT_AFTER) return;
  lane.items.splice(0, used);
  lane.base = lane.head;
}

export function removeWaiting(queue: RunQueue, request: FalRequest): void {
  const lane = queue[request.priority];
  const offset = request.laneIndex - lane.base;
  if (lane.items[offset] !== request) return;
  lane.items[offset] = undefined;
  lane.removed.splice(countBelow(lane.removed, request.laneIndex), 0, request.laneIndex);
}

export function waitingCount(queue: RunQueue): number {
  return waitingIn(queue.normal) + waitingIn(queue.low);
}

function waitingIn(lane: Lane): number {
  return lane.base + lane.items.length - lane.head - lane.removed.length;
}

/** How many requests run before this one. */
export function positionOf(queue: RunQueue, request: FalRequest): number {
  const lane = queue[request.priority];
  const inLane = request.laneIndex - lane.head - countBelow(lane.removed, request.laneIndex);
  return Math.max(0, inLane) + (request.priority === "low" ? waitingIn(queue.normal) : 0);
}

function countBelow(sorted: number[], place: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
