import { deliveryDetailSchema } from "@darkroom/contract/deliveries";
import { readDelivery } from "@darkroom/core/deliveries/read-delivery";
import { json, notFound } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { deliveryIdParams } from "./delivery-id.ts";

export const readDeliveryRoute = defineRoute({
  id: "readDelivery",
  method: "get",
  path: "/v1/deliveries/{id}",
  tag: "Deliveries",
  summary: "Read a delivery with its attempts",
  access: "endpoints:read",
  params: deliveryIdParams,
  replies: {
    200: { description: "The request as it was sent, and every attempt at it.", schema: deliveryDetailSchema },
  },
  problems: ["not_found"],
  async handle(api, { params, caller }) {
    const who = { tenantId: caller.tenantId, deliveryId: params.id };
    const delivery = await readDelivery(api.db, who, api.links);
    return delivery ? json(200, delivery) : notFound("delivery");
  },
});
