import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { type FaultSubject, takeFault } from "../faults/fault-book.ts";
import { sendJson } from "../http/send-json.ts";
import { type FalRequest, noteFault } from "./request.ts";

const STALL_MS = 60_000;

/** Faults before anything is accepted. True when the reply (or its absence) has been dealt with. */
export async function refuseByFault(
  emulator: Emulator,
  req: Request,
  res: Response,
  subject: FaultSubject,
): Promise<boolean> {
  const book = emulator.faults;
  const stall = takeFault(book, "submit_stall", subject);
  const stalled = stall && (await emulator.timers.sleep(stall.ms ?? STALL_MS));
  if (stalled === "cleared" || req.socket.destroyed) return cut(res);
  if (takeFault(book, "submit_reset", subject)) return cut(res);
  const limited = takeFault(book, "submit_429", subject);
  if (limited) {
    const seconds = limited.retryAfterSeconds;
    const headers: Record<string, string> = seconds === undefined ? {} : { "Retry-After": String(seconds) };
    sendJson(res, 429, { detail: "Too many requests" }, headers);
    return true;
  }
  if (takeFault(book, "submit_500", subject)) return fail(res, 500);
  if (takeFault(book, "submit_503", subject)) return fail(res, 503);
  return false;
}

/** Faults after acceptance: the request runs, and costs, whatever its submitter hears. */
export async function replyByFault(emulator: Emulator, res: Response, request: FalRequest): Promise<boolean> {
  const strikes = (fault: Parameters<typeof noteFault>[1]) => {
    const params = takeFault(emulator.faults, fault, request.subject);
    if (params) noteFault(request, fault);
    return params;
  };
  const stall = strikes("submit_stall_accepted");
  if (stall && (await emulator.timers.sleep(stall.ms ?? STALL_MS)) === "cleared") return cut(res);
  if (strikes("submit_reply_lost")) return cut(res);
  if (strikes("submit_500_accepted")) return fail(res, 500);
  if (strikes("submit_503_accepted")) return fail(res, 503);
  return false;
}

function cut(res: Response): true {
  res.destroy();
  return true;
}

function fail(res: Response, status: 500 | 503): true {
  const detail = status === 500 ? "Internal Server Error" : "Service Unavailable";
  sendJson(res, status, { detail, error_type: "internal_error" }, { "X-Fal-Error-Type": "internal_error" });
  return true;
}
