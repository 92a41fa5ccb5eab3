import type { Emulator } from "../emulator.ts";
import { platformFailure } from "../runner/outcome.ts";
import { runRequest } from "../runner/run-request.ts";
import { completeRequest } from "./complete-request.ts";
import type { FalRequest } from "./request.ts";
import { takeNext } from "./run-queue.ts";

/** Starts queued requests soon: after the reply under way has been written, and once for many submits. */
export function startRunsSoon(emulator: Emulator): void {
  if (emulator.startDue) return;
  emulator.startDue = true;
  setImmediate(() => {
    emulator.startDue = false;
    while (emulator.queue.running < emulator.settings.concurrency) {
      const request = takeNext(emulator.queue);
      if (!request) return;
      void runInSlot(emulator, request);
    }
  });
}

/** Occupies one slot of the account's concurrency until the request has ended. */
export async function runInSlot(emulator: Emulator, request: FalRequest): Promise<void> {
  emulator.queue.running += 1;
  request.cancelStartTimeout?.();
  request.state = "IN_PROGRESS";
  request.startedAt = emulator.now();
  request.row.startedAt = request.startedAt.toISOString();
  writeLog(emulator, request, "INFO", "Starting generation");
  const outcome = await runRequest(emulator, request).catch((error: unknown) => {
    emulator.log.error({ err: error, requestId: request.id }, "the emulator itself failed");
    return platformFailure(500, "Internal Server Error", "internal_error");
  });
  if (emulator.history.byId.get(request.id) !== request || request.endedAt) return;
  const ended = outcome.status === 200 ? `Generated ${outcome.imageCount} image(s)` : `Failed with ${outcome.status}`;
  writeLog(emulator, request, outcome.status === 200 ? "INFO" : "ERROR", ended);
  completeRequest(emulator, request, outcome, outcome.status === 200 ? "succeeded" : "failed");
  startRunsSoon(emulator);
}

function writeLog(emulator: Emulator, request: FalRequest, level: "INFO" | "ERROR", message: string): void {
  request.logs.push({ message, timestamp: emulator.now().toISOString(), level, source: "USER" });
  for (const watch of request.watchers) watch();
}
