import { z } from "zod";
import { eventSchema, eventTypes } from "./events.ts";

export const deliveryStates = ["pending", "delivered", "exhausted", "canceled"] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** Why an attempt brought no 2xx. docs/webhooks.md explains each; a test compares the two. */
export const deliveryErrorCatalogue = {
  http_status: "Answered, but not with a 2xx.",
  redirect: "Answered with a redirect; those are not followed.",
  gone: "Answered 410: the endpoint is disabled.",
  timeout: "No answer in time.",
  blocked_address: "The URL leads to an address that is not public.",
  dns: "The name could not be resolved.",
  connection: "The connection was refused, reset or lost.",
  tls: "The certificate was not accepted, or TLS failed.",
  bad_response: "What came back is not HTTP.",
  expired: "It could not be tried within the retry window: the endpoint was paused, or its circuit was open.",
  internal: "Darkroom could not prepare it; the operator's log has the reason.",
} as const satisfies Record<string, string>;
export type DeliveryError = keyof typeof deliveryErrorCatalogue;
export const deliveryErrors = Object.keys(deliveryErrorCatalogue) as [DeliveryError, ...DeliveryError[]];

const time = z.iso.datetime().describe("UTC");

const deliveryShape = {
  id: z.string().describe("dlv_…"),
  event_id: z.string(),
  event_type: z.enum(eventTypes),
  job_id: z.string().nullable(),
  endpoint_id: z.string().nullable().describe("Null for a job's own webhook_url."),
  url: z.string(),
  state: z.enum(deliveryStates),
  attempts: z.int().describe("Made so far."),
  last_status: z.int().nullable().describe("HTTP status of the last attempt."),
  last_error: z.enum(deliveryErrors).nullable(),
  next_attempt_at: time.nullable().describe("At the earliest: pauses, limits and an open circuit come on top."),
  replay_id: z.string().nullable(),
  created_at: time,
  finished_at: time.nullable(),
};

export const deliverySchema = z.object(deliveryShape).meta({ id: "Delivery" });
export type Delivery = z.infer<typeof deliverySchema>;

export const deliveryAttemptSchema = z
  .object({
    number: z.int(),
    at: time,
    ms: z.int(),
    request_headers: z.record(z.string(), z.string()).describe("Secrets and signatures are left out."),
    status: z.int().nullable(),
    error: z.enum(deliveryErrors).nullable(),
    response_body: z.string().nullable().describe("At most the first KB, as text."),
  })
  .meta({ id: "DeliveryAttempt" });
export type DeliveryAttempt = z.infer<typeof deliveryAttemptSchema>;

export const deliveryDetailSchema = z
  .object({
    ...deliveryShape,
    request_body: eventSchema.nullable().describe("Null once the event is past its retention."),
    log: z.array(deliveryAttemptSchema),
  })
  .meta({ id: "DeliveryDetail" });
export type DeliveryDetail = z.infer<typeof deliveryDetailSchema>;

export const deliveryListSchema = z
  .object({ data: z.array(deliverySchema), next_cursor: z.string().nullable() })
  .meta({ id: "DeliveryList" });

export const listDeliveriesQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
  endpoint_id: z.string().max(64).optional().describe("To this endpoint, ep_…"),
  event_id: z.string().max(64).optional().describe("Of this event, evt_…"),
  event_type: z.enum(eventTypes).optional().describe("Of events of this type."),
  state: z.enum(deliveryStates).optional().describe("In this state."),
  job_id: z.string().max(64).optional().describe("Of events of this job, job_…"),
});
