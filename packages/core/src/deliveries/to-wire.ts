import type { Delivery, DeliveryAttempt, DeliveryDetail } from "@darkroom/contract/deliveries";
import type { EndpointRow } from "../endpoints/endpoint-row.ts";
import type { EventRow } from "../events/to-wire.ts";
import { toWireEvent } from "../events/to-wire.ts";
import type { DeliveryAttempt as AttemptRow } from "../generated/prisma/client.ts";
import type { Links } from "../links.ts";
import { unsignedHeaders } from "./build-request.ts";
import type { DeliveryRow } from "./list-deliveries.ts";

export function toWireDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    event_id: row.eventId,
    event_type: row.type as Delivery["event_type"],
    job_id: row.jobId,
    endpoint_id: row.endpointKind === "registered" ? row.endpointId : null,
    url: row.url ?? row.endpointUrl,
    state: row.state,
    attempts: row.attempts,
    last_status: row.status,
    last_error: row.error as Delivery["last_error"],
    next_attempt_at: row.dueAt?.toISOString() ?? null,
    replay_id: row.replayId,
    created_at: row.createdAt.toISOString(),
    finished_at: row.finishedAt?.toISOString() ?? null,
  };
}

/** With the request as it was, but for its signature and the tenant's own headers, of which only the names are shown. */
export function toWireDetail(
  row: DeliveryRow,
  parts: { event: EventRow | null; attempts: AttemptRow[]; endpoint: Pick<EndpointRow, "headerNames"> | null },
  links: Links,
): DeliveryDetail {
  const own = Object.fromEntries((parts.endpoint?.headerNames ?? []).map((name) => [name, "[hidden]"]));
  return {
    ...toWireDelivery(row),
    request_body: parts.event && toWireEvent(parts.event, links),
    log: parts.attempts.map((attempt) => toWireAttempt(attempt, row.eventId, own)),
  };
}

function toWireAttempt(row: AttemptRow, eventId: string, own: Record<string, string>): DeliveryAttempt {
  return {
    number: row.number,
    at: row.at.toISOString(),
    ms: row.ms,
    request_headers: { ...own, ...unsignedHeaders(eventId, row.at), "webhook-signature": "[hidden]" },
    status: row.status,
    error: row.error as DeliveryAttempt["error"],
    response_body: row.body,
  };
}
