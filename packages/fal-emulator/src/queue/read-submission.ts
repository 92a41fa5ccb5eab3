import type { Request } from "express";
import type { Emulator } from "../emulator.ts";
import { type FaultSubject, takeFault } from "../faults/fault-book.ts";
import { parseFaultTokens } from "../faults/parse-fault-tokens.ts";
import { authorize, missingKeyDetail } from "../http/authorize.ts";
import { baseUrl } from "../http/base-url.ts";
import { readBody } from "../http/read-body.ts";
import { APP_ALIAS, APP_OWNER } from "../models/models.ts";
import type { Submission } from "./accept-request.ts";
import type { RequestInput } from "./request.ts";

/** Data URIs come inside the body; fal names no limit. */
const BODY_BYTES_MAX = 128 * 1024 * 1024;

type Reading = { outcome: "read"; submission: Submission } | { outcome: "refused"; status: number; detail: string };

/** The synchronous checks of submit and run, in fal's order: key, app, account. */
export async function readSubmission(
  emulator: Emulator,
  req: Request,
  target: { endpointId: string; app: string },
  via: Submission["via"],
): Promise<Reading> {
  const body = await readBody(req, BODY_BYTES_MAX);
  if (body.outcome === "too_large") return refuse(413, "Request body too large");
  const key = authorize(emulator, req, missingKeyDetail(target.app));
  if (key.outcome === "refused") return refuse(key.status, key.detail);
  if (target.app !== `${APP_OWNER}/${APP_ALIAS}`) {
    return refuse(404, `Application "${target.app.split("/").at(-1)}" not found`);
  }
  const input = readInput(body.bytes);
  const subject = readSubject(target.endpointId, input);
  const lockReason =
    emulator.settings.lockReason ?? (takeFault(emulator.faults, "account_locked", subject) && EXHAUSTED);
  if (lockReason) return refuse(403, `User is locked. Reason: ${lockReason}`);
  const webhook = req.query.fal_webhook;
  const webhookUrl = typeof webhook === "string" && webhook !== "" ? webhook : null;
  const { headers } = req;
  const base = baseUrl(emulator, req);
  return {
    outcome: "read",
    submission: { via, ...target, keyId: key.keyId, base, input, webhookUrl, headers, subject },
  };
}

const EXHAUSTED = "Exhausted balance. Top up your balance at fal.ai/dashboard/billing.";

function refuse(status: number, detail: string): Reading {
  return { outcome: "refused", status, detail };
}

/** Whether the body is JSON at all is found out by the runner, like everything else about the input. */
function readInput(bytes: Buffer): RequestInput {
  if (bytes.length === 0) return { kind: "json", value: undefined };
  try {
    return { kind: "json", value: JSON.parse(bytes.toString()) };
  } catch {
    return { kind: "malformed" };
  }
}

function readSubject(endpointId: string, input: RequestInput): FaultSubject {
  const prompt = input.kind === "json" ? promptOf(input.value) : "";
  return { endpointId, prompt, requestId: "", tokens: parseFaultTokens(prompt) };
}

function promptOf(value: unknown): string {
  if (typeof value !== "object" || value === null || !("prompt" in value)) return "";
  return typeof value.prompt === "string" ? value.prompt : "";
}
