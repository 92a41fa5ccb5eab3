import type { Clock } from "@darkroom/core/clock";

export type ManualClock = Clock & {
  set(now: Date): void;
  advance(ms: number): Date;
};

/** A clock that only a test moves. */
export function manualClock(startsAt = new Date("2026-01-01T00:00:00Z")): ManualClock {
  let nowMs = startsAt.getTime();
  return {
    now: () => new Date(nowMs),
    set(now) {
      nowMs = now.getTime();
    },
    advance(ms) {
      nowMs += ms;
      return new Date(nowMs);
    },
  };
}
