import type { Response } from "express";
import type { Api } from "../api.ts";
import { windowSeconds } from "../limits/count-requests.ts";
import type { Taken } from "../limits/lease-requests.ts";
import { type ProblemReply, problem } from "../reply.ts";
import type { Caller } from "./authenticate.ts";

type Policy = "key" | "tenant";

/**
 * Counts the request against the limits of its key and its tenant, and says so in the reply's headers
 * (draft-ietf-httpapi-ratelimit-headers-11: quota and window; remaining and seconds to the reset). Answers the refusal if one of
 * them is used up, or if the tenant has too many requests under way. What its key refuses does not count against the tenant: one
 * key that runs wild does not stop the others.
 */
export async function limitRequests(
  api: Pick<Api, "takeRequest" | "requestsAtOnce" | "env" | "metrics">,
  caller: Caller,
  response: Response,
  now: Date,
): Promise<ProblemReply | null> {
  const perKey = caller.ratePerMinute ?? api.env.RATE_LIMIT_PER_MINUTE;
  const perTenant = caller.tenantRatePerMinute ?? api.env.TENANT_RATE_LIMIT_PER_MINUTE;
  response.set("ratelimit-policy", `"key";q=${perKey};w=${windowSeconds}, "tenant";q=${perTenant};w=${windowSeconds}`);
  const key = await api.takeRequest(caller.keyId, perKey, now);
  if (!key.passed) return tooMany(api, response, "key", key);
  const tenant = await api.takeRequest(caller.tenantId, perTenant, now);
  if (!tenant.passed) return tooMany(api, response, "tenant", tenant);
  response.set("ratelimit", `${item("key", key)}, ${item("tenant", tenant)}`);
  return enter(api, caller, response);
}

function item(policy: Policy, { remaining, resetSeconds }: Taken): string {
  return `"${policy}";r=${remaining};t=${resetSeconds}`;
}

function tooMany(api: Pick<Api, "metrics">, response: Response, policy: Policy, taken: Taken): ProblemReply {
  const { limit, resetSeconds } = taken;
  api.metrics.requestsRefused.inc({ limit: policy });
  response.set("ratelimit", item(policy, taken));
  const whose = policy === "key" ? "This key" : "This tenant, with all its keys,";
  const detail = `${whose} may make ${limit} requests a minute; ask again in ${resetSeconds} s.`;
  return problem("rate_limited", detail, {
    // The draft's own member, and what a person wants to know.
    members: { "violated-policies": [policy], limit, window_seconds: windowSeconds },
    headers: { "retry-after": String(resetSeconds) },
  });
}

/** About as long as a slow request takes; there is no telling when one of them ends. */
const retryAfterSeconds = 1;

function enter(
  api: Pick<Api, "requestsAtOnce" | "env" | "metrics">,
  caller: Caller,
  response: Response,
): ProblemReply | null {
  const leave = api.requestsAtOnce.enter(caller.tenantId);
  if (leave) {
    response.once("close", leave);
    return null;
  }
  api.metrics.requestsRefused.inc({ limit: "at_once" });
  const limit = api.env.TENANT_REQUESTS_AT_ONCE_MAX;
  const detail = `${limit} requests of this tenant are being answered; streams and waits count, too.`;
  return problem("too_many_at_once", detail, {
    members: { limit },
    headers: { "retry-after": String(retryAfterSeconds) },
  });
}
