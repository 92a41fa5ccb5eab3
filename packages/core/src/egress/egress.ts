import type { Agent } from "undici";
import type { Env } from "../env.ts";
import { createGuardedAgent } from "./guarded-agent.ts";
import type { EgressPolicy } from "./policy.ts";

/** The one way to where tenants' URLs lead: what the operator allows, and the connections that keep to it. */
export type Egress = { policy: EgressPolicy; agent: Agent };

/** As many as an endpoint may ask to be sent at once (contract/endpoints.ts). */
const connectionsPerOriginMax = 100;

export function createEgress(
  env: Pick<Env, "EGRESS_ALLOW_CIDRS" | "EGRESS_ALLOW_HTTP" | "DELIVERY_TIMEOUT_MS">,
): Egress {
  const policy = { allowCidrs: env.EGRESS_ALLOW_CIDRS, allowHttp: env.EGRESS_ALLOW_HTTP };
  const timeoutMs = env.DELIVERY_TIMEOUT_MS;
  const agent = createGuardedAgent(policy, {
    connectTimeoutMs: timeoutMs,
    headersTimeoutMs: timeoutMs,
    idleTimeoutMs: timeoutMs,
    connectionsPerOriginMax,
  });
  return { policy, agent };
}
