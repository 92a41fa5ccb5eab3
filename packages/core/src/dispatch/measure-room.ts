import { type Circuit, stateOf } from "./circuit.ts";
import type { RoomRows } from "./read-room.ts";
import { type Bucket, nextSubmitAt, refill, submitsAllowed } from "./submit-rate.ts";

/** Why nothing may start, though jobs wait and slots may be free. */
export type Hold =
  | { kind: "paused"; since: Date }
  | { kind: "circuit"; scope: string; since: Date | null; reason: string | null; until: Date | null }
  | { kind: "slots"; used: number; slots: number }
  | { kind: "rate"; until: Date };

export type RoomLimits = {
  /** Slots of the fal account, over-commit included. */
  slots: number;
  /** Submits per second at full speed. */
  perSecondMax: number;
  /** Slots per model, for models that have a limit of their own. */
  modelSlots: ReadonlyMap<string, number>;
};

export type MeasuredRoom = {
  free: number;
  /** As many as slots alone would let start: more than `free` where the rate of submits holds the others for a moment. */
  unpaced: number;
  hold: Hold | null;
  bucket: Bucket;
  modelRoom: Map<string, number>;
  modelHolds: Map<string, Hold>;
  inFlightByTenant: Map<string, number>;
};

/** How many jobs may start now, in all and per model, and what holds the others. Pure. */
export function measureRoom(rows: RoomRows, limits: RoomLimits, now: Date): MeasuredRoom {
  const used = rows.inFlight.reduce((sum, { count }) => sum + count, 0);
  const bucket = refill(rows.bucket, limits.perSecondMax, now);
  const account = accountRoom(rows, { used, slots: limits.slots }, bucket, limits.perSecondMax, now);
  const { modelRoom, modelHolds } = modelRooms(rows, limits, now);
  return { ...account, bucket, modelRoom, modelHolds, inFlightByTenant: sumBy(rows.inFlight, "tenantId") };
}

function accountRoom(
  rows: RoomRows,
  { used, slots }: { used: number; slots: number },
  bucket: Bucket,
  perSecondMax: number,
  now: Date,
): Pick<MeasuredRoom, "free" | "unpaced" | "hold"> {
  if (rows.pausedAt) return heldBy({ kind: "paused", since: rows.pausedAt });
  const circuit = rows.circuits.get("account");
  const state = circuit ? stateOf(circuit, now) : "closed";
  if (circuit && state === "open") return heldBy(circuitHold("account", circuit));
  if (used >= slots) return heldBy({ kind: "slots", used, slots });
  const allowed = submitsAllowed(bucket);
  if (allowed <= 0) return heldBy({ kind: "rate", until: nextSubmitAt(bucket, perSecondMax) });
  // Half open: one job finds out for all.
  const unpaced = state === "half_open" ? 1 : slots - used;
  return { free: Math.min(unpaced, allowed), unpaced, hold: null };
}

function heldBy(hold: Hold) {
  return { free: 0, unpaced: 0, hold };
}

function modelRooms(rows: RoomRows, limits: RoomLimits, now: Date) {
  const modelRoom = new Map<string, number>();
  const modelHolds = new Map<string, Hold>();
  const used = sumBy(rows.inFlight, "model");
  for (const [model, slots] of limits.modelSlots) {
    const inUse = used.get(model) ?? 0;
    modelRoom.set(model, Math.max(0, slots - inUse));
    if (inUse >= slots) modelHolds.set(model, { kind: "slots", used: inUse, slots });
  }
  for (const [scope, circuit] of rows.circuits) {
    const state = scope === "account" ? "closed" : stateOf(circuit, now);
    if (state === "closed") continue;
    modelRoom.set(scope, state === "half_open" ? Math.min(1, modelRoom.get(scope) ?? 1) : 0);
    if (state === "open") modelHolds.set(scope, circuitHold(scope, circuit));
  }
  return { modelRoom, modelHolds };
}

function circuitHold(scope: string, circuit: Circuit): Hold {
  return { kind: "circuit", scope, since: circuit.openedAt, reason: circuit.reason, until: circuit.probeAt };
}

function sumBy(rows: RoomRows["inFlight"], key: "tenantId" | "model"): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(row[key], (sums.get(row[key]) ?? 0) + row.count);
  return sums;
}
