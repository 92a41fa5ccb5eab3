import { type Circuit, failed, stateOf } from "../dispatch/circuit.ts";
import { type Pace, slowDown, speedUp } from "./pace.ts";

/** What an endpoint's attempts have told about it. Pure; the columns of the same names are its row. */
export type Health = Pick<Circuit, "failures" | "openedAt" | "probeAt"> &
  Pick<Pace, "slowness" | "slownessAt" | "blockedUntil"> & {
    /** Since when there were nothing but failures. */
    failingSince: Date | null;
  };

export type Verdict = {
  ok: boolean;
  startedAt: Date;
  limited: boolean;
  timedOut: boolean;
  retryAfterMs: number | null;
};

/** Five days of nothing but failures, and more than the odd event: nobody is there (Svix does the same). */
const failingMsMax = 5 * 86_400_000;
const failuresMin = 5;

export function circuitOf(health: Pick<Health, "failures" | "openedAt" | "probeAt">, now: Date) {
  return stateOf({ ...health, reason: null }, now);
}

/** The health after one more attempt. */
export function learn(health: Health, verdict: Verdict, now: Date): Health {
  if (verdict.ok) {
    return { ...health, ...speedUp(health, now), failures: 0, openedAt: null, probeAt: null, failingSince: null };
  }
  const failingSince = health.failingSince ?? now;
  const troubled = verdict.limited || verdict.timedOut ? slowDown(health, verdict, now) : {};
  const { failures, openedAt, probeAt } = failed(
    { ...health, reason: null },
    { reason: "", decisive: false, sentAt: verdict.startedAt },
    now,
  );
  return { ...health, ...troubled, failures, openedAt, probeAt, failingSince };
}

export function isGivenUp({ failingSince, failures }: Pick<Health, "failingSince" | "failures">, now: Date): boolean {
  return failingSince !== null && failures >= failuresMin && now.getTime() - failingSince.getTime() >= failingMsMax;
}

/** Nothing to learn from a success: the usual case, which then costs no write. */
export function isWell(health: Health): boolean {
  return health.failures === 0 && health.slowness === 0 && !health.openedAt && !health.failingSince;
}
