import type { Emulator } from "../emulator.ts";
import { takeFault } from "../faults/fault-book.ts";
import type { FaultName, FaultParams } from "../faults/fault-names.ts";
import { type FalRequest, noteFault } from "../queue/request.ts";
import type { RunOutcome } from "../runner/outcome.ts";
import { deliverWebhook, type WebhookMessage } from "./deliver-webhook.ts";
import { contradictionBody, payloadErrorBody, webhookBody } from "./webhook-body.ts";

const DELAY_MS = 2_000;

type Strikes = (fault: FaultName) => FaultParams | undefined;

/** Sends what a completed request owes its webhook URL, bent by the faults that strike it. */
export function sendWebhooks(emulator: Emulator, request: FalRequest): void {
  const { webhookUrl: url, outcome } = request;
  if (!url || !outcome) return;
  const strikes: Strikes = (fault) => {
    const params = takeFault(emulator.faults, fault, request.subject);
    if (params) noteFault(request, fault);
    return params;
  };
  if (strikes("webhook_lost")) {
    request.onWebhookTried?.();
    return;
  }
  const message = composeMessage(request, url, outcome, strikes);
  const twice = strikes("webhook_doubled") !== undefined;
  const contradicted = strikes("webhook_contradiction") !== undefined;
  sendInTime(emulator, strikes, () => {
    if (twice) void deliverWebhook(emulator, message);
    void deliverInTurn(emulator, message, contradicted ? outcome : null);
  });
}

function composeMessage(request: FalRequest, url: string, outcome: RunOutcome, strikes: Strikes): WebhookMessage {
  const payloadError = outcome.status === 200 && strikes("webhook_payload_error");
  return {
    request,
    url,
    body: payloadError ? payloadErrorBody(request) : webhookBody(request, outcome),
    badSignature: strikes("webhook_bad_signature") !== undefined,
    staleTimestamp: strikes("webhook_stale_timestamp") !== undefined,
  };
}

function sendInTime(emulator: Emulator, strikes: Strikes, send: () => void): void {
  const outOfOrder = strikes("webhook_out_of_order");
  const late = strikes("webhook_late");
  if (outOfOrder) holdBack(emulator, outOfOrder, send);
  else if (late) emulator.timers.after(late.ms ?? DELAY_MS, send);
  else send();
}

async function deliverInTurn(
  emulator: Emulator,
  message: WebhookMessage,
  contradict: RunOutcome | null,
): Promise<void> {
  await deliverWebhook(emulator, message);
  for (const release of [...emulator.heldWebhooks]) release();
  if (contradict) await deliverWebhook(emulator, { ...message, body: contradictionBody(message.request, contradict) });
}

/** Keeps a webhook until another one has been delivered, but not for ever. */
function holdBack(emulator: Emulator, params: FaultParams, send: () => void): void {
  const release = () => {
    cancelTimer();
    if (emulator.heldWebhooks.delete(release)) send();
  };
  const cancelTimer = emulator.timers.after(params.ms ?? DELAY_MS, release);
  emulator.heldWebhooks.add(release);
}
