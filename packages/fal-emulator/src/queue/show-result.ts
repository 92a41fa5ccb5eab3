import type { Response } from "express";
import type { Emulator } from "../emulator.ts";
import { takeFault } from "../faults/fault-book.ts";
import { sendJson } from "../http/send-json.ts";
import type { RunOutcome } from "../runner/outcome.ts";
import type { FalRequest } from "./request.ts";
import { requestUrls } from "./request-urls.ts";

/** `GET …/requests/{id}`: the model's own output or error, with its own status code; 400 until it has ended. */
export function showResult(emulator: Emulator, res: Response, request: FalRequest): void {
  for (const status of [500, 503] as const) {
    if (request.outcome?.status === 200 && takeFault(emulator.faults, `result_${status}`, request.subject)) {
      sendJson(res, status, { detail: "Internal Server Error", error_type: "internal_error" });
      return;
    }
  }
  if (request.outcome) {
    sendOutcome(res, request.id, request.outcome);
    return;
  }
  const body = { detail: "Request is still in progress", request_id: request.id, ...requestUrls(request) };
  sendJson(res, 400, body, { "x-fal-request-id": request.id });
}

export function sendOutcome(res: Response, requestId: string, outcome: RunOutcome): void {
  sendJson(res, outcome.status, outcome.body, {
    ...outcome.headers,
    "x-fal-request-id": requestId,
    "X-Fal-Billable-Units": String(outcome.billableUnits),
  });
}
