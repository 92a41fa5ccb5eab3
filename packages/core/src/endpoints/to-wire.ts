import type { Endpoint } from "@darkroom/contract/endpoints";
import type { EndpointRow } from "./endpoint-row.ts";
import { circuitOf } from "./health.ts";

/** An endpoint as the API shows it. */
export function toWireEndpoint(row: EndpointRow, now: Date): Endpoint {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    events: row.events as Endpoint["events"],
    headers: row.headerNames,
    rate_limit: row.ratePerSecond,
    concurrency: row.concurrency,
    fifo: row.fifo,
    ed25519: row.ed25519,
    state: row.state,
    reason: row.reason as Endpoint["reason"],
    disabled_at: row.disabledAt?.toISOString() ?? null,
    circuit: circuitOf(row, now),
    failing_since: row.failingSince?.toISOString() ?? null,
    blocked_until: row.blockedUntil && row.blockedUntil > now ? row.blockedUntil.toISOString() : null,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
