import { deliveryListSchema, listDeliveriesQuerySchema } from "@darkroom/contract/deliveries";
import { listDeliveries } from "@darkroom/core/deliveries/list-deliveries";
import { toWireDelivery } from "@darkroom/core/deliveries/to-wire";
import { json } from "../../reply.ts";
import { invalid } from "../../requests/check-request.ts";
import { readCursor, toCursor } from "../../requests/cursor.ts";
import { defineRoute } from "../../route.ts";

export const listDeliveriesRoute = defineRoute({
  id: "listDeliveries",
  method: "get",
  path: "/v1/deliveries",
  tag: "Deliveries",
  summary: "List deliveries",
  description: "Newest first; filters are joined by and. Kept as long as their events.",
  access: "endpoints:read",
  query: listDeliveriesQuerySchema,
  replies: { 200: { description: "A page of deliveries.", schema: deliveryListSchema } },
  async handle(api, { query, caller }) {
    const beforeId = query.cursor === undefined ? null : readCursor("dlv", query.cursor);
    if (query.cursor !== undefined && beforeId === null) {
      const message = "cursor must be a next_cursor of this list";
      return invalid([{ pointer: "query/cursor", message, code: "invalid_value" }]);
    }
    const { deliveries, more } = await listDeliveries(api.db, {
      tenantId: caller.tenantId,
      filter: {
        endpointId: query.endpoint_id,
        eventId: query.event_id,
        type: query.event_type,
        state: query.state,
        jobId: query.job_id,
      },
      beforeId,
      limit: query.limit,
    });
    const last = deliveries.at(-1);
    return json(200, { data: deliveries.map(toWireDelivery), next_cursor: more && last ? toCursor(last.id) : null });
  },
});
