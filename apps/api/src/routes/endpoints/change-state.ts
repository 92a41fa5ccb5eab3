import { endpointSchema } from "@darkroom/contract/endpoints";
import { ringEndpoints } from "@darkroom/core/deliveries/ring-endpoints";
import { findEndpoint } from "@darkroom/core/endpoints/find-endpoint";
import { toWireEndpoint } from "@darkroom/core/endpoints/to-wire";
import { deleteEndpoint, pauseEndpoint, resumeEndpoint } from "@darkroom/core/endpoints/transition";
import { json, notFound, problem } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { endpointIdParams } from "./endpoint-id.ts";

export const pauseEndpointRoute = defineRoute({
  id: "pauseEndpoint",
  method: "post",
  path: "/v1/endpoints/{id}/pause",
  tag: "Endpoints",
  summary: "Hold an endpoint's deliveries back",
  description: "Deliveries go on being made and wait, each until its retry window ends.",
  access: "endpoints:write",
  params: endpointIdParams,
  replies: { 200: { description: "Paused.", schema: endpointSchema } },
  problems: ["not_found", "endpoint_not_enabled"],
  async handle(api, { params, caller, now }) {
    const who = { tenantId: caller.tenantId, endpointId: params.id };
    const row = await pauseEndpoint(api.db, who, now);
    if (row) return json(200, toWireEndpoint(row, now));
    const present = await findEndpoint(api.db, who);
    return present ? problem("endpoint_not_enabled", "The endpoint is disabled.") : notFound("endpoint");
  },
});

export const resumeEndpointRoute = defineRoute({
  id: "resumeEndpoint",
  method: "post",
  path: "/v1/endpoints/{id}/resume",
  tag: "Endpoints",
  summary: "Enable an endpoint",
  description:
    "Ends a pause, and what disabled it; its failures are forgotten. Events that came while it was disabled were not put in line: " +
    "replay them with `only_failed: false`.",
  access: "endpoints:write",
  params: endpointIdParams,
  replies: { 200: { description: "Enabled.", schema: endpointSchema } },
  problems: ["not_found"],
  async handle(api, { params, caller, now }) {
    const row = await resumeEndpoint(api.db, { tenantId: caller.tenantId, endpointId: params.id }, now);
    if (!row) return notFound("endpoint");
    await ringEndpoints(api, [row.id], now);
    return json(200, toWireEndpoint(row, now));
  },
});

export const deleteEndpointRoute = defineRoute({
  id: "deleteEndpoint",
  method: "delete",
  path: "/v1/endpoints/{id}",
  tag: "Endpoints",
  summary: "Delete an endpoint",
  description: "What is pending is canceled. Its deliveries stay in the log for as long as their events.",
  access: "endpoints:write",
  params: endpointIdParams,
  replies: { 204: { description: "Deleted." } },
  problems: ["not_found"],
  async handle(api, { params, caller, now }) {
    const row = await deleteEndpoint(api.db, { tenantId: caller.tenantId, endpointId: params.id }, now);
    return row ? { kind: "empty", status: 204 } : notFound("endpoint");
  },
});
