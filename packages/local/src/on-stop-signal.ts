/** How soon the loss of npm is noticed. */
const parentPollMs = 500;

/**
 * A signal that aborts at the first SIGINT, SIGTERM or SIGHUP, or when the npm that started us is gone. Later ones change
 * nothing: npm and the shell pass the same Ctrl-C on more than once, and every part of the stop has its own deadline.
 */
export function onStopSignal(): { signal: AbortSignal; stopped: Promise<void> } {
  const controller = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    controller.signal.addEventListener("abort", () => resolve());
  });
  const stop = (reason: string) => controller.abort(new Error(`Stopped by ${reason}.`));
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop(name));
  watchNpm(() => stop("the end of npm"));
  return { signal: controller.signal, stopped };
}

/** npm that is killed, or whose shell does not pass a signal on, would leave us running unseen. */
function watchNpm(onEnd: () => void): void {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && onEnd(), parentPollMs).unref();
}

/** What a shell expects of a program that ended on Ctrl-C: 128 + SIGINT. */
export const interruptedExitCode = 130;
