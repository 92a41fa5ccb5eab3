/**
 * Stops handing jobs to something that keeps failing: one circuit for the fal account, one per model. Pure; the rows are written
 * by record-circuit.ts and read by dispatch and explain.
 */
export type Circuit = {
  /** Failures in a row. */
  failures: number;
  /** Since when it is open; null while closed. */
  openedAt: Date | null;
  /** When one job may be tried again. */
  probeAt: Date | null;
  reason: string | null;
};

export type CircuitState = "closed" | "open" | "half_open";

/** Five in a row are no accident, and cost little; a locked account needs no second opinion. */
const failuresMax = 5;
const firstPauseMs = 10_000;
const pauseMsMax = 300_000;

export const closedCircuit: Circuit = { failures: 0, openedAt: null, probeAt: null, reason: null };

export function stateOf(circuit: Circuit, now: Date): CircuitState {
  if (!circuit.openedAt) return "closed";
  return circuit.probeAt && circuit.probeAt <= now ? "half_open" : "open";
}

export type Failure = {
  reason: string;
  /** It says by itself that nothing will work, e.g. 403 "User is locked". */
  decisive: boolean;
  /** When what failed was sent to fal; null if it never was. */
  sentAt: Date | null;
};

/**
 * One more failure. Of what was under way when the circuit opened everything may fail: that is the same trouble once more, not a
 * longer one, or forty slots would turn a blip into five minutes. Only what was sent since then counts: the probes.
 */
export function failed(circuit: Circuit, failure: Failure, now: Date): Circuit {
  if (circuit.openedAt && (failure.sentAt ?? circuit.openedAt) <= circuit.openedAt) return circuit;
  const failures = Math.max(circuit.failures + 1, failure.decisive ? failuresMax : 0);
  if (failures < failuresMax) return { ...circuit, failures, reason: failure.reason };
  const pauseMs = Math.min(firstPauseMs * 2 ** (failures - failuresMax), pauseMsMax);
  const probeAt = new Date(now.getTime() + pauseMs);
  return { failures, openedAt: circuit.openedAt ?? now, probeAt, reason: failure.reason };
}

/** How long one probe is given before another may be sent. */
export const probeMs = 60_000;
