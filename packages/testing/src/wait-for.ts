import { setTimeout as pause } from "node:timers/promises";

const pollMs = 10;

/**
 * Waits for something that is bound to happen in another process or on a socket, and answers it. The only place in the tests
 * with a timer; `what` is named if it does not come. "Not yet" is undefined, null or false; a throw is not: it is passed on.
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  options: { timeoutMs?: number } = {},
): Promise<Exclude<T, undefined | null | false>> {
  // Long, because it only ends what never comes: a machine with ten times the work takes ten times as long.
  const timeoutMs = options.timeoutMs ?? 120_000;
  const startedAt = performance.now();
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value as Exclude<T, undefined | null | false>;
    if (performance.now() - startedAt > timeoutMs) throw new Error(`Waited ${timeoutMs / 1000} s in vain for ${what}.`);
    await pause(pollMs);
  }
}
