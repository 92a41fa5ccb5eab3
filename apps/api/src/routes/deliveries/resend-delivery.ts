import { deliverySchema } from "@darkroom/contract/deliveries";
import { resendDelivery } from "@darkroom/core/deliveries/resend-delivery";
import { ringEndpoints } from "@darkroom/core/deliveries/ring-endpoints";
import { toWireDelivery } from "@darkroom/core/deliveries/to-wire";
import { json, notFound, problem } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { deliveryIdParams } from "./delivery-id.ts";

export const resendDeliveryRoute = defineRoute({
  id: "resendDelivery",
  method: "post",
  path: "/v1/deliveries/{id}/resend",
  tag: "Deliveries",
  summary: "Send it once more",
  description: "A new delivery of the same event, with the same event id, to the same endpoint as it is now.",
  access: "endpoints:write",
  params: deliveryIdParams,
  replies: {
    202: { description: "On its way.", schema: deliverySchema, headers: { Location: "Path of the new delivery." } },
  },
  problems: ["not_found", "endpoint_not_enabled"],
  async handle(api, { params, caller, now }) {
    const resent = await resendDelivery(api.db, { tenantId: caller.tenantId, deliveryId: params.id }, now);
    if (resent.outcome === "not_found") return notFound("delivery");
    if (resent.outcome === "not_enabled") {
      return problem("endpoint_not_enabled", "The endpoint of this delivery is paused, disabled or deleted.");
    }
    await ringEndpoints(api, [resent.delivery.endpointId], now);
    return json(202, toWireDelivery(resent.delivery), { location: `/v1/deliveries/${resent.delivery.id}` });
  },
});
