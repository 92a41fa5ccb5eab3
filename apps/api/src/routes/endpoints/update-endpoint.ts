import { endpointSchema, updateEndpointSchema } from "@darkroom/contract/endpoints";
import { toWireEndpoint } from "@darkroom/core/endpoints/to-wire";
import { updateEndpoint } from "@darkroom/core/endpoints/update-endpoint";
import { checkWebhookUrl } from "../../intake/check-webhook-url.ts";
import { json, notFound } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { checkHeaders } from "./check-headers.ts";
import { endpointIdParams } from "./endpoint-id.ts";

export const updateEndpointRoute = defineRoute({
  id: "updateEndpoint",
  method: "patch",
  path: "/v1/endpoints/{id}",
  tag: "Endpoints",
  summary: "Change an endpoint",
  description:
    "What is left out stays. `headers` replaces all of them. What is waiting goes to the new url, in the new order.",
  access: "endpoints:write",
  params: endpointIdParams,
  body: { kind: "json", schema: updateEndpointSchema, required: true, example: { rate_limit: 20 } },
  replies: { 200: { description: "Changed.", schema: endpointSchema } },
  problems: ["not_found", "forbidden_url"],
  async handle(api, { body, params, caller, now }) {
    const checked = checkWebhookUrl(api, body.url, ["url"]);
    if (checked.outcome === "refused") return checked.reply;
    const refusal = checkHeaders(body.headers);
    if (refusal) return refusal;
    const changes = checked.url === null ? body : { ...body, url: checked.url };
    const request = { tenantId: caller.tenantId, endpointId: params.id, changes, now };
    const row = await updateEndpoint(api.db, api.secrets, request);
    return row ? json(200, toWireEndpoint(row, now)) : notFound("endpoint");
  },
});
