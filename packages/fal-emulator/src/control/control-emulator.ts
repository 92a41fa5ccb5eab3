import type { Emulator } from "../emulator.ts";
import { clearFaults, type FaultRule } from "../faults/fault-book.ts";
import type { FaultName } from "../faults/fault-names.ts";
import { clearFiles, dropFile } from "../files/file-store.ts";
import { clearLedger } from "../ledger/ledger.ts";
import { forgetAll } from "../queue/request-history.ts";
import { createRunQueue } from "../queue/run-queue.ts";
import { startRunsSoon } from "../queue/start-runs.ts";
import type { Settings } from "../settings.ts";
import { sendWebhooks } from "../webhooks/send-webhooks.ts";

/** What fired so far, and the rules that are set. */
export interface FaultReport {
  rules: FaultRule[];
  fired: Partial<Record<FaultName, number>>;
}

export function reportFaults(emulator: Emulator): FaultReport {
  const rules = [...emulator.faults.rules.values()].map(({ rule }) => rule);
  return { rules, fired: Object.fromEntries(emulator.faults.fired) };
}

export function changeSettings(emulator: Emulator, patch: Partial<Settings>): Settings {
  Object.assign(emulator.settings, patch);
  // A raised concurrency frees waiting requests at once.
  startRunsSoon(emulator);
  return { ...emulator.settings };
}

/** Ends the generation of a running request now, stuck or not. False when it is not running. */
export function finishRequest(emulator: Emulator, requestId: string): boolean {
  const request = emulator.history.byId.get(requestId);
  if (!request?.wake || request.state !== "IN_PROGRESS") return false;
  request.wake();
  return true;
}

/** Sends the webhook of a completed request once more. False when there is none to send. */
export function redeliverWebhook(emulator: Emulator, requestId: string): boolean {
  const request = emulator.history.byId.get(requestId);
  if (!request?.outcome || !request.webhookUrl) return false;
  sendWebhooks(emulator, request);
  return true;
}

/** Makes files vanish now: all generated ones, or those of one request. Returns how many. */
export function expireFiles(emulator: Emulator, requestId?: string): number {
  const due = [...emulator.files.byName.values()].filter(
    ({ subject }) => subject !== null && (requestId === undefined || subject.requestId === requestId),
  );
  for (const file of due) {
    if (emulator.settings.fileExpiryStatus === 404) dropFile(emulator.files, file);
    else file.expiresAt = new Date(0);
  }
  return due.length;
}

/** Back to the beginning: requests, files, faults and ledger are gone; settings and keys stay. */
export function resetEmulator(emulator: Emulator): void {
  emulator.timers.clear();
  emulator.heldWebhooks.clear();
  emulator.queue = createRunQueue();
  const forgotten = [...emulator.history.byId.values()];
  forgetAll(emulator.history);
  for (const request of forgotten) {
    // Runs and status streams notice that their request is gone, and end.
    request.wake?.();
    for (const watch of request.watchers) watch();
  }
  clearLedger(emulator.ledger);
  clearFaults(emulator.faults);
  clearFiles(emulator.files);
  emulator.uploads.clear();
}
