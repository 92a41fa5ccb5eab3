import type { ServerResponse } from "node:http";

/** Longest a reader may take nothing while there is something for it: it has gone without saying so. */
const stuckMsMax = 60_000;

export type Channel = ReturnType<typeof openChannel>;

/** Writes at the reader's pace: not ready while what was written waits in memory. */
export function openChannel(response: ServerResponse) {
  let stuckTimer: NodeJS.Timeout | null = null;
  const unstick = () => {
    clearTimeout(stuckTimer ?? undefined);
    stuckTimer = null;
  };
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    // nginx would hold the events back.
    "x-accel-buffering": "no",
  });
  response.flushHeaders();
  response.once("close", unstick);
  return {
    isReady: () => stuckTimer === null,
    write: (text: string) => {
      if (text === "" || response.write(text) || stuckTimer) return;
      stuckTimer = setTimeout(() => response.destroy(), stuckMsMax);
      response.once("drain", unstick);
    },
    end: (text: string): void => {
      response.end(text);
    },
  };
}
