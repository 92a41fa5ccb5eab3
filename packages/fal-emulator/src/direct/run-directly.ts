import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { sendJson } from "../http/send-json.ts";
import { acceptRequest } from "../queue/accept-request.ts";
import { readSubmission } from "../queue/read-submission.ts";
import type { FalRequest } from "../queue/request.ts";
import { sendOutcome } from "../queue/show-result.ts";
import { runInSlot } from "../queue/start-runs.ts";

/** `POST fal.run/{endpoint id}` and `/stream`: one run while the caller waits; 429 when the account has no free slot. */
export async function runDirectly(emulator: Emulator, req: Request, res: Response): Promise<void> {
  if (req.method !== "POST") return sendJson(res, 405, { detail: "Method Not Allowed" });
  const segments = req.path.split("/").filter(Boolean);
  const streamed = segments.at(-1) === "stream";
  const endpointId = (streamed ? segments.slice(0, -1) : segments).join("/");
  const target = { endpointId, app: segments.slice(0, 2).join("/") };
  const reading = await readSubmission(emulator, req, target, "run");
  if (reading.outcome === "refused") return sendJson(res, reading.status, { detail: reading.detail });
  const limit = emulator.settings.concurrency;
  if (emulator.queue.running >= limit) return refuseConcurrency(res, limit);
  const request = acceptRequest(emulator, { ...reading.submission, webhookUrl: null });
  await runInSlot(emulator, request);
  if (!request.outcome) return void res.destroy();
  if (streamed && request.outcome.status === 200) return sendOneEvent(res, request);
  sendOutcome(res, request.id, request.outcome);
}

function refuseConcurrency(res: Response, limit: number): void {
  const detail = `Reached concurrent requests limit of ${limit}`;
  const body = { detail, type: "concurrent_requests_limit", data: { limit } };
  sendJson(res, 429, body, { "X-Fal-Needs-Retry": "1" });
}

/** z-image does not stream; the whole output comes as one event. */
function sendOneEvent(res: Response, request: FalRequest): void {
  res.writeHead(200, { "Content-Type": "text/event-stream", "x-fal-request-id": request.id });
  res.end(`data: ${JSON.stringify(request.outcome?.body)}\n\n`);
}
