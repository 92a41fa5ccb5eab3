import { randomUUID } from "node:crypto";
import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { authorize } from "../http/authorize.ts";
import { sendJson } from "../http/send-json.ts";

type PlatformErrorType = "authorization_error" | "validation_error" | "not_found";

const STATUSES: Record<PlatformErrorType, number> = { authorization_error: 401, validation_error: 400, not_found: 404 };

/** Errors of api.fal.ai have their own form. */
export function sendPlatformError(res: Response, type: PlatformErrorType, message: string): void {
  const error = { type, message, docs_url: "https://fal.ai/docs/platform-apis", request_id: randomUUID() };
  sendJson(res, STATUSES[type], { error });
}

/** True when the key is good; otherwise the answer has been sent. */
export function authorizePlatform(emulator: Emulator, req: Request, res: Response): boolean {
  const key = authorize(emulator, req, "Authorization header is required");
  if (key.outcome === "refused") sendPlatformError(res, "authorization_error", key.detail);
  return key.outcome === "authorized";
}

/** Lists come repeated (`a=1&a=2`) or with commas (`a=1,2`). */
export function queryList(value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values.flatMap((entry) => (typeof entry === "string" ? entry.split(",") : [])).filter(Boolean);
}
