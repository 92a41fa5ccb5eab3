import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { sendJson } from "../http/send-json.ts";
import { cancelRequest } from "./cancel-request.ts";
import { findRequest } from "./find-request.ts";
import { parseQueuePath, type QueueAction } from "./parse-queue-path.ts";
import { showResult } from "./show-result.ts";
import { showStatus } from "./show-status.ts";
import { streamStatus } from "./stream-status.ts";
import { submitRequest } from "./submit-request.ts";

const METHODS: Record<QueueAction, string> = { result: "GET", status: "GET", stream: "GET", cancel: "PUT" };

/** Everything below queue.fal.run; paths have no fixed depth, so they are read by hand. */
export async function routeQueue(emulator: Emulator, req: Request, res: Response): Promise<void> {
  const path = parseQueuePath(req.path);
  if (path.kind === "unknown") return sendJson(res, 404, { detail: "Not found" });
  if (path.kind === "submit") {
    if (req.method !== "POST") return sendJson(res, 405, { detail: "Method Not Allowed" });
    return submitRequest(emulator, req, res, path);
  }
  if (req.method !== METHODS[path.action]) return sendJson(res, 405, { detail: "Method Not Allowed" });
  const request = findRequest(emulator, req, res, path);
  if (!request) return;
  if (path.action === "status") showStatus(emulator, req, res, request);
  else if (path.action === "stream") streamStatus(emulator, req, res, request);
  else if (path.action === "cancel") cancelRequest(emulator, res, request);
  else showResult(emulator, res, request);
}
