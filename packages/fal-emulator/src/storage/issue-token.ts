import { randomBytes } from "node:crypto";
import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { authorize } from "../http/authorize.ts";
import { readJson } from "../http/read-body.ts";
import { sendJson } from "../http/send-json.ts";

const TOKEN_SECONDS = 120;
const TOKENS_MAX = 10_000;

/** `POST rest.fal.ai/tokens/`: a short-lived token for `?fal_jwt_token=`, answered as a bare JSON string. Not a real JWT. */
export async function issueToken(emulator: Emulator, req: Request, res: Response): Promise<void> {
  const key = authorize(emulator, req, "Authorization header is required");
  if (key.outcome === "refused") return sendJson(res, key.status, { detail: key.detail });
  const body = ((await readJson(req, 64 * 1024)) ?? {}) as { token_expiration?: unknown };
  const seconds = typeof body.token_expiration === "number" ? body.token_expiration : TOKEN_SECONDS;
  const token = randomBytes(24).toString("base64url");
  if (emulator.tokens.size >= TOKENS_MAX) emulator.tokens.clear();
  emulator.tokens.set(token, emulator.now().getTime() + seconds * 1_000);
  sendJson(res, 200, token);
}
