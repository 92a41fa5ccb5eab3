import { createEndpointSchema, endpointCreatedSchema, endpointsMax } from "@darkroom/contract/endpoints";
import { createEndpoint } from "@darkroom/core/endpoints/create-endpoint";
import { toWireEndpoint } from "@darkroom/core/endpoints/to-wire";
import { checkWebhookUrl } from "../../intake/check-webhook-url.ts";
import { json, problem } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { checkHeaders } from "./check-headers.ts";

export const createEndpointRoute = defineRoute({
  id: "createEndpoint",
  method: "post",
  path: "/v1/endpoints",
  tag: "Endpoints",
  summary: "Register an endpoint",
  description:
    "Events of this tenant are sent there, signed by Standard Webhooks with `secret`, which is shown this once. What is sent, how " +
    "often and how to verify it: docs/webhooks.md.",
  access: "endpoints:write",
  body: {
    kind: "json",
    schema: createEndpointSchema,
    required: true,
    example: { url: "https://example.com/darkroom", events: ["job.succeeded", "job.failed"] },
  },
  replies: {
    201: { description: "Registered.", schema: endpointCreatedSchema, headers: { Location: "Path of the endpoint." } },
  },
  problems: ["forbidden_url", "too_many_endpoints"],
  async handle(api, { body, caller, now }) {
    const checked = checkWebhookUrl(api, body.url, ["url"]);
    if (checked.outcome === "refused") return checked.reply;
    const refusal = checkHeaders(body.headers);
    if (refusal) return refusal;
    const request = { tenantId: caller.tenantId, endpoint: { ...body, url: checked.url }, now };
    const made = await createEndpoint(api.db, api.secrets, request);
    if (made.outcome === "too_many") {
      return problem("too_many_endpoints", `A tenant may have ${endpointsMax} endpoints.`);
    }
    const location = `/v1/endpoints/${made.endpoint.id}`;
    return json(201, { ...toWireEndpoint(made.endpoint, now), secret: made.secret }, { location });
  },
});
