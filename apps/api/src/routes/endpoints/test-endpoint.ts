import { deliverySchema } from "@darkroom/contract/deliveries";
import { findDelivery } from "@darkroom/core/deliveries/list-deliveries";
import { ringEndpoints } from "@darkroom/core/deliveries/ring-endpoints";
import { sendTest } from "@darkroom/core/deliveries/send-test";
import { toWireDelivery } from "@darkroom/core/deliveries/to-wire";
import { findEndpoint } from "@darkroom/core/endpoints/find-endpoint";
import { json, notFound, problem } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { endpointIdParams } from "./endpoint-id.ts";

export const testEndpointRoute = defineRoute({
  id: "testEndpoint",
  method: "post",
  path: "/v1/endpoints/{id}/test",
  tag: "Endpoints",
  summary: "Send a test event",
  description: "A `test.ping`, on the very way of every delivery. Read the delivery to see what came of it.",
  access: "endpoints:write",
  params: endpointIdParams,
  replies: {
    202: { description: "On its way.", schema: deliverySchema, headers: { Location: "Path of the delivery." } },
  },
  problems: ["not_found", "endpoint_not_enabled"],
  async handle(api, { params, caller, now }) {
    const { tenantId } = caller;
    const endpoint = await findEndpoint(api.db, { tenantId, endpointId: params.id });
    if (!endpoint) return notFound("endpoint");
    if (endpoint.state !== "enabled") return problem("endpoint_not_enabled", `The endpoint is ${endpoint.state}.`);
    const deliveryId = await sendTest(api.db, endpoint, now);
    await ringEndpoints(api, [endpoint.id], now);
    const delivery = await findDelivery(api.db, { tenantId, deliveryId });
    if (!delivery) return notFound("delivery");
    return json(202, toWireDelivery(delivery), { location: `/v1/deliveries/${deliveryId}` });
  },
});
