import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { takeFault } from "../faults/fault-book.ts";
import { sendJson } from "../http/send-json.ts";
import type { FalRequest, RequestLog } from "./request.ts";
import { requestUrls } from "./request-urls.ts";
import { positionOf } from "./run-queue.ts";

/** `GET …/status?logs=`: 202 until the request has ended, then 200, failed or not. */
export function showStatus(emulator: Emulator, req: Request, res: Response, request: FalRequest): void {
  for (const status of [500, 503] as const) {
    if (takeFault(emulator.faults, `status_${status}`, request.subject)) {
      sendJson(res, status, { detail: "Internal Server Error", error_type: "internal_error" });
      return;
    }
  }
  const body = describeStatus(emulator, request, wantsLogs(req) ? request.logs : null);
  sendJson(res, request.state === "COMPLETED" ? 200 : 202, body, { "x-fal-request-id": request.id });
}

/** The JS client writes 1 and 0, the Python client true and false. */
export function wantsLogs(req: Request): boolean {
  return req.query.logs === "1" || req.query.logs === "true";
}

export function describeStatus(emulator: Emulator, request: FalRequest, logs: RequestLog[] | null) {
  const { id, state, outcome } = request;
  const common = { status: state, request_id: id, ...requestUrls(request) };
  if (state === "IN_QUEUE") return { ...common, queue_position: positionOf(emulator.queue, request) };
  if (state === "IN_PROGRESS" || !outcome) return { ...common, logs };
  return { ...common, logs, metrics: { inference_time: inferenceSeconds(request) }, ...describeFailure(request) };
}

function inferenceSeconds({ startedAt, endedAt }: FalRequest): number | null {
  return startedAt && endedAt ? (endedAt.getTime() - startedAt.getTime()) / 1_000 : null;
}

/** A failed request is COMPLETED with `error`; `error_type` only where fal has one (platform errors). */
function describeFailure({ outcome }: FalRequest): { error?: string; error_type?: string } {
  if (!outcome || outcome.status === 200) return {};
  const { detail } = outcome.body as { detail?: unknown };
  const error = typeof detail === "string" ? detail : `Invalid status code: ${outcome.status}`;
  return { error, ...(outcome.errorType && { error_type: outcome.errorType }) };
}
