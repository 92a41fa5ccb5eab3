import { adminEndpointSchema } from "@darkroom/contract/admin/endpoints";
import { readEndpoint } from "@darkroom/core/admin/list-endpoints";
import { ringEndpoints } from "@darkroom/core/deliveries/ring-endpoints";
import { pauseEndpoint, resumeEndpoint } from "@darkroom/core/endpoints/transition";
import type { Api } from "../../../api.ts";
import { json, notFound, problem, type Reply } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";

const replies = { 200: { description: "As it is now.", schema: adminEndpointSchema } };

async function answer(api: Api, id: string, now: Date): Promise<Reply> {
  const endpoint = await readEndpoint(api.db, id, now);
  return endpoint ? json(200, endpoint) : notFound("endpoint");
}

export const readAdminEndpointRoute = defineAdminRoute("readEndpoint", {
  summary: "Read an endpoint",
  params: idParams,
  replies,
  problems: ["not_found"],
  handle: (api, { params, now }) => answer(api, params.id, now),
});

export const pauseAdminEndpointRoute = defineAdminRoute("pauseEndpoint", {
  summary: "Hold an endpoint's deliveries back",
  audit: "endpoint.update",
  params: idParams,
  replies,
  problems: ["not_found", "endpoint_not_enabled"],
  async handle(api, { params, now, note }) {
    const endpoint = await readEndpoint(api.db, params.id, now);
    if (!endpoint) return notFound("endpoint");
    note({ target: { kind: "endpoint", id: params.id }, tenantId: endpoint.tenant.id, detail: { state: "paused" } });
    const row = await pauseEndpoint(api.db, { tenantId: endpoint.tenant.id, endpointId: params.id }, now);
    return row ? answer(api, params.id, now) : problem("endpoint_not_enabled", "The endpoint is disabled.");
  },
});

export const resumeAdminEndpointRoute = defineAdminRoute("resumeEndpoint", {
  summary: "Enable an endpoint",
  audit: "endpoint.update",
  params: idParams,
  replies,
  problems: ["not_found"],
  async handle(api, { params, now, note }) {
    const endpoint = await readEndpoint(api.db, params.id, now);
    if (!endpoint) return notFound("endpoint");
    note({ target: { kind: "endpoint", id: params.id }, tenantId: endpoint.tenant.id, detail: { state: "enabled" } });
    const row = await resumeEndpoint(api.db, { tenantId: endpoint.tenant.id, endpointId: params.id }, now);
    if (row) await ringEndpoints(api, [row.id], now);
    return answer(api, params.id, now);
  },
});
