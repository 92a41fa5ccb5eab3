import { request as send } from "undici";
import type { Emulator } from "../emulator.ts";
import { noteWebhookTry } from "../ledger/ledger.ts";
import type { FalRequest } from "../queue/request.ts";
import { resultExpiresAt } from "../queue/result-expiry.ts";
import { signWebhook } from "./signing-keys.ts";

export interface WebhookMessage {
  request: FalRequest;
  url: string;
  body: Buffer;
  badSignature: boolean;
  staleTimestamp: boolean;
}

type Answer = { outcome: "delivered" | "refused" | "failed"; status: number | null; error: string | null };

/**
 * Delivers one message under fal's policy: any 2xx is success, a 3xx is final failure, all else is tried again with growing
 * pauses until 31 retries are used up or the stored result ends.
 */
export async function deliverWebhook(emulator: Emulator, message: WebhookMessage): Promise<void> {
  const { request } = message;
  const { webhookRetriesMax, webhookBackoffMs, webhookBackoffMaxMs } = emulator.settings;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryOnce(emulator, message, attempt);
    request.onWebhookTried?.();
    if (outcome !== "failed" || attempt > webhookRetriesMax) return;
    const pauseMs = Math.min(webhookBackoffMs * 2 ** (attempt - 1), webhookBackoffMaxMs);
    if (emulator.now().getTime() + pauseMs > resultExpiresAt(emulator, request).getTime()) return;
    if ((await emulator.timers.sleep(pauseMs)) === "cleared") return;
  }
}

async function tryOnce(emulator: Emulator, message: WebhookMessage, attempt: number): Promise<Answer["outcome"]> {
  const { webhookFirstTimeoutMs, webhookRetryTimeoutMs } = emulator.settings;
  const at = emulator.now();
  const began = performance.now();
  const answer = await post(emulator, message, at, attempt === 1 ? webhookFirstTimeoutMs : webhookRetryTimeoutMs);
  const ms = Math.round(performance.now() - began);
  const { status, error } = answer;
  const made = { at: at.toISOString(), attempt, status, error, ms };
  noteWebhookTry(emulator.ledger, message.request.row, made, answer.outcome === "delivered");
  emulator.log.info(
    { requestId: message.request.id, host: hostOf(message.url), attempt, status, error, ms },
    "webhook tried",
  );
  return answer.outcome;
}

async function post(emulator: Emulator, message: WebhookMessage, at: Date, timeoutMs: number): Promise<Answer> {
  const abort = new AbortController();
  const cancelTimeout = emulator.timers.after(timeoutMs, () => abort.abort());
  try {
    const { statusCode, body } = await send(message.url, {
      dispatcher: emulator.agent,
      method: "POST",
      headers: { "Content-Type": "application/json", ...signedHeaders(emulator, message, at) },
      body: message.body,
      signal: abort.signal,
    });
    await body.dump();
    if (statusCode >= 200 && statusCode < 300) return { outcome: "delivered", status: statusCode, error: null };
    return { outcome: statusCode >= 300 && statusCode < 400 ? "refused" : "failed", status: statusCode, error: null };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    return { outcome: "failed", status: null, error: abort.signal.aborted ? "timeout" : code };
  } finally {
    cancelTimeout();
  }
}

const STALE_BY_MS = 600_000;

/** Signed anew at every attempt: with an hour of retries, fal's own 300 s rule would refuse the first signature. */
function signedHeaders(emulator: Emulator, message: WebhookMessage, at: Date): Record<string, string> {
  const { request, body, badSignature, staleTimestamp } = message;
  const timestamp = String(Math.floor((at.getTime() - (staleTimestamp ? STALE_BY_MS : 0)) / 1_000));
  const facts = { requestId: request.id, userId: emulator.userId, timestamp, body };
  return {
    "X-Fal-Webhook-Request-Id": request.id,
    "X-Fal-Webhook-User-Id": emulator.userId,
    "X-Fal-Webhook-Timestamp": timestamp,
    "X-Fal-Webhook-Signature": signWebhook(emulator.signingKeys, facts, badSignature),
  };
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host : null;
}
