/** Every delay of the emulator goes through here, so that `stop()` and `reset()` can end them all. None keeps the process alive. */
export interface Timers {
  /** Runs `act` after `ms`; returns a function that prevents it. */
  after(ms: number, act: () => void): () => void;
  /** Ends early with "cleared" when all timers are cleared: whoever slept must give up what it was doing. */
  sleep(ms: number): Promise<"slept" | "cleared">;
  clear(): void;
}

/** Longest delay `setTimeout` can hold; a longer one would fire at once. */
const DELAY_MS_MAX = 2_147_483_647;

export function createTimers(): Timers {
  const pending = new Set<NodeJS.Timeout>();
  const sleepers = new Set<() => void>();
  const after = (ms: number, act: () => void) => {
    const timer = setTimeout(
      () => {
        pending.delete(timer);
        act();
      },
      Math.min(ms, DELAY_MS_MAX),
    );
    timer.unref();
    pending.add(timer);
    return () => {
      clearTimeout(timer);
      pending.delete(timer);
    };
  };
  return {
    after,
    sleep: (ms) =>
      new Promise((resolve) => {
        const giveUp = () => resolve("cleared");
        sleepers.add(giveUp);
        after(ms, () => {
          sleepers.delete(giveUp);
          resolve("slept");
        });
      }),
    clear: () => {
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
      for (const giveUp of sleepers) giveUp();
      sleepers.clear();
    },
  };
}
