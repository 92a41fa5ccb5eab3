import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { authorize, missingKeyDetail } from "../http/authorize.ts";
import { sendJson } from "../http/send-json.ts";
import type { FalRequest } from "./request.ts";
import { isForgotten } from "./result-expiry.ts";

/** Finds the request a URL names, or answers: 404 for an unknown id (with or without a key), then 401. */
export function findRequest(
  emulator: Emulator,
  req: Request,
  res: Response,
  path: { app: string; requestId: string },
): FalRequest | undefined {
  const request = emulator.history.byId.get(path.requestId);
  if (!request || request.app !== path.app || request.via !== "queue" || isForgotten(emulator, request)) {
    sendJson(res, 404, { status: "NOT_FOUND" });
    return undefined;
  }
  const key = authorize(emulator, req, missingKeyDetail(path.app));
  if (key.outcome === "authorized") return request;
  sendJson(res, key.status, { detail: key.detail });
  return undefined;
}
