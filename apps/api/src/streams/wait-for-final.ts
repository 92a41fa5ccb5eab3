import { hasEnded } from "./has-ended.ts";
import type { JobStreams } from "./job-streams.ts";

/** Waits until a job has ended, but no longer than `timeoutMs`, nor than its caller does. */
export function waitForFinal(
  streams: JobStreams,
  wait: { jobId: string; timeoutMs: number; signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      wait.signal.removeEventListener("abort", end);
      leave();
      resolve();
    };
    const leave = streams.follow({
      jobId: wait.jobId,
      seq: 0,
      ready: () => true,
      take: (entries) => {
        if (hasEnded(entries)) end();
      },
      ping: () => {},
      stop: end,
    });
    const timer = setTimeout(end, wait.timeoutMs);
    wait.signal.addEventListener("abort", end, { once: true });
    if (wait.signal.aborted) end();
  });
}
