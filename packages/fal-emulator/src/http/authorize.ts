import type { Request } from "express";
import type { Emulator } from "../emulator.ts";

export type Authorization =
  | { outcome: "authorized"; keyId: string }
  | { outcome: "refused"; status: 401; detail: string };

/**
 * Checks `Authorization: Key <id>:<secret>` or `?fal_jwt_token=`. The wordings are those seen in public captures of fal's
 * answers; `missing` differs between run, queue and rest.fal.ai.
 */
export function authorize(emulator: Emulator, req: Request, missing: string): Authorization {
  const token = req.query.fal_jwt_token;
  if (typeof token === "string") return authorizeToken(emulator, token);
  const header = req.headers.authorization;
  if (!header) return refuse(missing);
  const [scheme, credentials = ""] = header.split(" ", 2);
  if (scheme?.toLowerCase() === "bearer") return refuse("bearer: unable to decode issuer");
  if (scheme?.toLowerCase() !== "key") return refuse(missing);
  const colon = credentials.indexOf(":");
  if (colon < 1) return refuse("Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'.");
  const keyId = credentials.slice(0, colon);
  if (emulator.keys.get(keyId) !== credentials.slice(colon + 1)) return refuse("invalid key credentials");
  return { outcome: "authorized", keyId };
}

function authorizeToken(emulator: Emulator, token: string): Authorization {
  const endsAt = emulator.tokens.get(token);
  if (endsAt === undefined || endsAt < emulator.now().getTime()) return refuse("invalid token");
  return { outcome: "authorized", keyId: "fal_jwt_token" };
}

function refuse(detail: string): Authorization {
  return { outcome: "refused", status: 401, detail };
}

export function missingKeyDetail(app: string): string {
  return `Cannot access application "${app}". Authentication is required to access this application.`;
}
