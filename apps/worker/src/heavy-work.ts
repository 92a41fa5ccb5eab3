import { performance } from "node:perf_hooks";
import pLimit, { type LimitFunction } from "p-limit";

/** Enough that those which end together are written together; few enough that what cannot wait gets through between them. */
const least = 16;
/** Share of the time in which the event loop works, beyond which more at once would only make each slower. */
const busyShare = 0.7;
const step = 2;
const lookEveryMs = 50;

/**
 * For work that costs much time of the process: so much of it at once as there is time for. Where it mostly waits for others (a distant
 * store), that becomes `most` within a second; where the process is busy, it is few.
 */
export function createHeavyWork(most: number): { run: LimitFunction; close(): void } {
  const run = pLimit(Math.min(least, most));
  let seen = performance.eventLoopUtilization();
  const look = () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, seen);
    seen = now;
    run.concurrency = nextAtOnce(
      { atOnce: run.concurrency, active: run.activeCount, waiting: run.pendingCount },
      utilization,
      most,
    );
  };
  const timer = setInterval(look, lookEveryMs).unref();
  return { run, close: () => clearInterval(timer) };
}

type Load = { atOnce: number; active: number; waiting: number };

/** How many at once from now on. Pure. */
export function nextAtOnce({ atOnce, active, waiting }: Load, utilization: number, most: number): number {
  if (utilization > busyShare) return Math.min(least, most);
  // Not more than was needed: after a pause it begins with few again.
  const wanted = waiting > 0 ? atOnce + step : Math.max(least, active);
  return Math.min(most, wanted);
}
