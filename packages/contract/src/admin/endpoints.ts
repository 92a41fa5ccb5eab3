import { z } from "zod";
import { deliveryDetailSchema, deliverySchema, deliveryStates } from "../deliveries.ts";
import { createReplaySchema, endpointSchema, replaySchema } from "../endpoints.ts";
import { eventTypes } from "../events.ts";
import { boundedCountSchema, pageOf, pageQuery, tenantRefSchema, time } from "./paging.ts";

/** An endpoint with its owner and how it does. */
export const adminEndpointSchema = endpointSchema
  .extend({
    tenant: tenantRefSchema,
    kind: z
      .enum(["registered", "job_url"])
      .describe("job_url: stands for the origin of webhook_urls that jobs came with."),
    pending: boundedCountSchema.describe("Deliveries that wait or are tried again."),
    oldest_pending_at: time.nullable(),
    failures_in_a_row: z.int(),
    recent: z
      .object({ delivered: z.int(), exhausted: z.int(), p50_ms: z.number().nullable(), p95_ms: z.number().nullable() })
      .describe("Of its last 200 deliveries; the times are of their last attempts."),
  })
  .meta({ id: "AdminEndpoint" });
export type AdminEndpoint = z.infer<typeof adminEndpointSchema>;

/** GET /admin/api/endpoints; GET /admin/api/endpoints/{id} answers one. */
export const listAdminEndpointsQuerySchema = z.strictObject({
  ...pageQuery,
  tenant_id: z.string().max(64).optional(),
  state: z.enum(["enabled", "paused", "disabled"]).optional(),
});
export const adminEndpointListSchema = pageOf(adminEndpointSchema).meta({ id: "AdminEndpointList" });

/** POST /admin/api/endpoints/{id}/pause and …/resume answer the endpoint. */

export const adminDeliverySchema = deliverySchema
  .extend({
    tenant: tenantRefSchema,
    held_until: time
      .nullable()
      .optional()
      .describe("In lists: its endpoint failed or asked to wait, and is given one delivery, or none, until then."),
  })
  .meta({ id: "AdminDelivery" });
export type AdminDelivery = z.infer<typeof adminDeliverySchema>;

/** GET /admin/api/deliveries */
export const listAdminDeliveriesQuerySchema = z.strictObject({
  ...pageQuery,
  tenant_id: z.string().max(64).optional(),
  endpoint_id: z.string().max(64).optional(),
  event_type: z.enum(eventTypes).optional(),
  state: z.enum(deliveryStates).optional(),
  job_id: z.string().max(64).optional(),
});
export const adminDeliveryListSchema = pageOf(adminDeliverySchema).meta({ id: "AdminDeliveryList" });

/** GET /admin/api/deliveries/{id}. Bodies are absent without the payload permission. POST …/{id}/resend answers a new one. */
export const adminDeliveryDetailSchema = deliveryDetailSchema
  .extend({ tenant: tenantRefSchema })
  .meta({ id: "AdminDeliveryDetail" });
export type AdminDeliveryDetail = z.infer<typeof adminDeliveryDetailSchema>;

/** POST /admin/api/endpoints/{id}/replays starts one, GET lists them; POST /admin/api/replays/{id}/cancel stops one. */
export const createAdminReplaySchema = createReplaySchema;
export const adminReplayListSchema = z.object({ data: z.array(replaySchema) });
