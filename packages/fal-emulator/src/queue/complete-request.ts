import type { Emulator } from "../emulator.ts";
import { type LedgerRow, settleRow } from "../ledger/ledger.ts";
import type { RunOutcome } from "../runner/outcome.ts";
import { sendWebhooks } from "../webhooks/send-webhooks.ts";
import type { FalRequest } from "./request.ts";
import { rememberCompleted } from "./request-history.ts";

/** Ends a request, once: frees its slot, settles the ledger, tells watchers and the webhook. */
export function completeRequest(
  emulator: Emulator,
  request: FalRequest,
  outcome: RunOutcome,
  end: Exclude<LedgerRow["outcome"], "pending">,
): void {
  if (request.state === "COMPLETED") return;
  const wasQueued = request.state === "IN_QUEUE";
  if (!wasQueued) emulator.queue.running -= 1;
  request.cancelStartTimeout?.();
  request.state = "COMPLETED";
  request.outcome = outcome;
  request.endedAt = emulator.now();
  settleRow(emulator.ledger, request.row, {
    outcome: end,
    statusCode: outcome.status,
    errorType: outcome.errorType,
    imageCount: outcome.imageCount,
    billableUnits: outcome.billableUnits,
    billedMicros: outcome.billedMicros,
    endedAt: request.endedAt.toISOString(),
  });
  rememberCompleted(emulator.history, request);
  for (const watch of request.watchers) watch();
  const silent = end === "canceled" && wasQueued && !emulator.settings.webhookOnQueuedCancel;
  if (!silent) sendWebhooks(emulator, request);
}
