import type { Response } from "express";
import type { Emulator } from "../emulator.ts";
import { takeFault } from "../faults/fault-book.ts";
import { sendJson } from "../http/send-json.ts";
import { platformFailure } from "../runner/outcome.ts";
import { completeRequest } from "./complete-request.ts";
import { type FalRequest, noteFault } from "./request.ts";
import { removeWaiting } from "./run-queue.ts";
import { startRunsSoon } from "./start-runs.ts";

/** `PUT …/cancel`, with no body but often a JSON content type. 404 for unknown ids is answered before. */
export function cancelRequest(emulator: Emulator, res: Response, request: FalRequest): void {
  const headers = { "x-fal-request-id": request.id };
  if (request.state === "COMPLETED") {
    sendJson(res, 400, { status: "ALREADY_COMPLETED" }, headers);
    return;
  }
  sendJson(res, 202, { status: "CANCELLATION_REQUESTED" }, headers);
  const running = request.state === "IN_PROGRESS";
  if (running && takeFault(emulator.faults, "cancel_ignored", request.subject)) {
    noteFault(request, "cancel_ignored");
    return;
  }
  if (!running) removeWaiting(emulator.queue, request);
  // What status and result say of a request cancelled while IN_QUEUE is not documented: the same as of a running one here.
  completeRequest(emulator, request, platformFailure(499, "Request was cancelled", "client_cancelled"), "canceled");
  request.wake?.();
  startRunsSoon(emulator);
}
