import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { takeFault } from "../faults/fault-book.ts";
import { headerText } from "../http/header-text.ts";
import { sendJson } from "../http/send-json.ts";
import { startTimeoutFailure } from "../runner/outcome.ts";
import { acceptRequest, type Submission } from "./accept-request.ts";
import { completeRequest } from "./complete-request.ts";
import { readSubmission } from "./read-submission.ts";
import type { FalRequest } from "./request.ts";
import { noteFault } from "./request.ts";
import { requestUrls } from "./request-urls.ts";
import { enqueue, positionOf, removeWaiting, waitingCount } from "./run-queue.ts";
import { startRunsSoon } from "./start-runs.ts";
import { refuseByFault, replyByFault } from "./submit-faults.ts";

/** `POST queue.fal.run/{endpoint id}?fal_webhook=`: checks key, app and account, never the model's input. */
export async function submitRequest(
  emulator: Emulator,
  req: Request,
  res: Response,
  target: { endpointId: string; app: string },
): Promise<void> {
  const reading = await readSubmission(emulator, req, target, "queue");
  if (reading.outcome === "refused") return sendJson(res, reading.status, { detail: reading.detail });
  const { submission } = reading;
  if (await refuseByFault(emulator, req, res, submission.subject)) return;
  const waitingMax = Number(req.query.fal_max_queue_length ?? Number.NaN);
  if (waitingCount(emulator.queue) > waitingMax) {
    // The body of this refusal is not documented.
    return sendJson(res, 429, { detail: `Queue length exceeds the requested maximum of ${waitingMax}` });
  }
  const request = enterQueue(emulator, submission);
  const early = takeFault(emulator.faults, "webhook_early", request.subject);
  if (early && request.webhookUrl) await webhookTried(emulator, request);
  if (await replyByFault(emulator, res, request)) return;
  sendJson(res, 200, submitReply(emulator, request), { "x-fal-request-id": request.id });
}

function enterQueue(emulator: Emulator, submission: Submission): FalRequest {
  const request = acceptRequest(emulator, submission);
  enqueue(emulator.queue, request);
  startRunsSoon(emulator);
  const timeoutMs = startTimeoutMs(submission);
  if (timeoutMs === null) return request;
  request.cancelStartTimeout = emulator.timers.after(timeoutMs, () => {
    removeWaiting(emulator.queue, request);
    completeRequest(emulator, request, startTimeoutFailure(), "timed_out");
  });
  return request;
}

/** Seconds until the request must have started; fal prefers the newer header name when both are sent. */
function startTimeoutMs({ headers }: Submission): number | null {
  const text = headerText(headers, "x-fal-request-start-timeout") ?? headerText(headers, "x-fal-request-timeout");
  const seconds = Number(text ?? Number.NaN);
  // "The value must be greater than 0.1"; what fal does with a smaller one is not documented, here it is ignored.
  return seconds > 0.1 ? seconds * 1_000 : null;
}

function submitReply(emulator: Emulator, request: FalRequest) {
  return {
    status: "IN_QUEUE",
    request_id: request.id,
    gateway_request_id: request.gatewayId,
    ...requestUrls(request),
    queue_position: positionOf(emulator.queue, request),
  };
}

/** A receiver that waits for the submit reply must not wait for ever. */
const EARLY_WAIT_MS = 10_000;

async function webhookTried(emulator: Emulator, request: FalRequest): Promise<void> {
  noteFault(request, "webhook_early");
  const tried = new Promise<void>((resolve) => {
    request.onWebhookTried = resolve;
  });
  await Promise.race([tried, emulator.timers.sleep(EARLY_WAIT_MS)]);
}
