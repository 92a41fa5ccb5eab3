/**
 * A signal that aborts at the first SIGINT, SIGTERM or SIGHUP. Later ones change nothing: npm and the shell pass the same
 * Ctrl-C on more than once, and every part of the stop has its own deadline.
 */
export function onStopSignal(): { signal: AbortSignal; stopped: Promise<void> } {
  const controller = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(name, () => {
        controller.abort(new Error(`Stopped by ${name}.`));
        resolve();
      });
  });
  return { signal: controller.signal, stopped };
}

/** What a shell expects of a program that ended on Ctrl-C: 128 + SIGINT. */
export const interruptedExitCode = 130;
