import { endpointSchema } from "@darkroom/contract/endpoints";
import { findEndpoint } from "@darkroom/core/endpoints/find-endpoint";
import { toWireEndpoint } from "@darkroom/core/endpoints/to-wire";
import { json, notFound } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { endpointIdParams } from "./endpoint-id.ts";

export const readEndpointRoute = defineRoute({
  id: "readEndpoint",
  method: "get",
  path: "/v1/endpoints/{id}",
  tag: "Endpoints",
  summary: "Read an endpoint",
  access: "endpoints:read",
  params: endpointIdParams,
  replies: { 200: { description: "The endpoint and how it does.", schema: endpointSchema } },
  problems: ["not_found"],
  async handle(api, { params, caller, now }) {
    const row = await findEndpoint(api.db, { tenantId: caller.tenantId, endpointId: params.id });
    return row ? json(200, toWireEndpoint(row, now)) : notFound("endpoint");
  },
});
