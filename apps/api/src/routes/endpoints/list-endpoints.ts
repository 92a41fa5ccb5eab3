import { endpointListSchema } from "@darkroom/contract/endpoints";
import { listEndpoints } from "@darkroom/core/endpoints/find-endpoint";
import { toWireEndpoint } from "@darkroom/core/endpoints/to-wire";
import { json } from "../../reply.ts";
import { defineRoute } from "../../route.ts";

export const listEndpointsRoute = defineRoute({
  id: "listEndpoints",
  method: "get",
  path: "/v1/endpoints",
  tag: "Endpoints",
  summary: "List endpoints",
  access: "endpoints:read",
  replies: { 200: { description: "All of them, newest first.", schema: endpointListSchema } },
  async handle(api, { caller, now }) {
    const rows = await listEndpoints(api.db, caller.tenantId);
    return json(200, { data: rows.map((row) => toWireEndpoint(row, now)) });
  },
});
