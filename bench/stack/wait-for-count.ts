import { setTimeout as pause } from "node:timers/promises";

const pollMs = 100;

/** Asks until so many are done; throws if that makes no progress for a while. */
export async function waitForCount(options: {
  what: string;
  wanted: number;
  count(): Promise<number>;
  stuckAfterMs?: number;
}): Promise<void> {
  const { what, wanted, count, stuckAfterMs = 60_000 } = options;
  let best = 0;
  let progressAt = performance.now();
  for (;;) {
    const now = await count();
    if (now >= wanted) return;
    if (now > best) {
      best = now;
      progressAt = performance.now();
    }
    if (performance.now() - progressAt > stuckAfterMs) throw new Error(`${what}: stuck at ${now} of ${wanted}.`);
    await pause(pollMs);
  }
}
