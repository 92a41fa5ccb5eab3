import type { Scope } from "@darkroom/contract/scopes";
import type { ApiKey } from "@darkroom/core/generated/prisma/client";
import { apiKeyStart } from "@darkroom/core/tenants/api-key";
import type { Api } from "../api.ts";
import { type ProblemReply, problem } from "../reply.ts";
import type { Access, AdminOnly } from "../route.ts";
import type { KnownKey } from "./caller-cache.ts";

/** Whose request it is. */
export type Caller = {
  tenantId: string;
  keyId: string;
  scopes: readonly string[];
  /** Requests per minute of the key, and of its tenant; null: the general ones. */
  ratePerMinute: number | null;
  tenantRatePerMinute: number | null;
  hasBudget: boolean;
};

/** Who pays for jobs; without a key when an operator makes them in the tenant's name. */
export type Payer = Pick<Caller, "tenantId" | "hasBudget"> & { keyId: string | null };

export type Authentication =
  | { outcome: "passed"; caller: Caller | null; missingScope: Scope | null }
  | { outcome: "refused"; reply: ProblemReply };

/** No key of ours is longer; nobody else's text is worth hashing. */
const keyCharsMax = 100;

/** Finds out who calls. A missing scope is told, not refused yet: the request counts against the key's rate first. */
export async function authenticate(
  api: Pick<Api, "callers">,
  access: Exclude<Access, AdminOnly>,
  authorization: string | undefined,
  now: Date,
): Promise<Authentication> {
  if (access === "public") return { outcome: "passed", caller: null, missingScope: null };
  const isOptional = access.startsWith("optional:");
  if (authorization === undefined && isOptional) return { outcome: "passed", caller: null, missingScope: null };
  const key = readKey(authorization);
  if (key === null) return refuse("missing_api_key", "There is no API key in the Authorization header.");
  const row = key.startsWith(apiKeyStart) && key.length <= keyCharsMax ? await api.callers.find(key, now) : null;
  const fault = faultOf(row, now);
  if (!row || fault) return refuse("invalid_api_key", fault ?? "This API key is not known.");
  api.callers.touch(row, now);
  const scope = access.replace(/^optional:/, "") as Scope;
  return { outcome: "passed", caller: toCaller(row), missingScope: row.scopes.includes(scope) ? null : scope };
}

/** The key out of `Bearer dk_…`, or fal's own form `Key dk_…`; null if there is none. */
function readKey(authorization: string | undefined): string | null {
  return /^(?:bearer|key) +(\S+)$/i.exec(authorization?.trim() ?? "")?.[1] ?? null;
}

/** Told to whoever has the key: they can do something about it. */
function faultOf(row: ApiKey | null, now: Date): string | null {
  if (row?.revokedAt) return `This API key was revoked at ${row.revokedAt.toISOString()}.`;
  if (row?.expiresAt && row.expiresAt <= now) return `This API key expired at ${row.expiresAt.toISOString()}.`;
  return null;
}

/** RFC 6750 §3.1: `error` only where a key was given. */
function refuse(code: "missing_api_key" | "invalid_api_key", detail: string): Authentication {
  const error = code === "invalid_api_key" ? ', error="invalid_token"' : "";
  return {
    outcome: "refused",
    reply: problem(code, detail, { headers: { "www-authenticate": `Bearer realm="darkroom"${error}` } }),
  };
}

function toCaller({ tenantId, id, scopes, ratePerMinute, tenant, hasBudget }: KnownKey): Caller {
  return { tenantId, keyId: id, scopes, ratePerMinute, tenantRatePerMinute: tenant.ratePerMinute, hasBudget };
}
