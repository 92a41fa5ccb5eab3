import { rotatedSecretSchema } from "@darkroom/contract/endpoints";
import { findEndpoint } from "@darkroom/core/endpoints/find-endpoint";
import { rotateSecrets } from "@darkroom/core/endpoints/signing-secrets";
import { json, notFound } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { endpointIdParams } from "./endpoint-id.ts";

export const rotateSecretRoute = defineRoute({
  id: "rotateEndpointSecret",
  method: "post",
  path: "/v1/endpoints/{id}/rotate",
  tag: "Endpoints",
  summary: "Replace an endpoint's secret",
  description:
    "The new secret is shown this once. For 24 hours deliveries carry the signatures of both; so do those of ed25519, whose new key " +
    "joins the old one in the JWKS. The id `default` stands for the tenant's default secret, which signs for `webhook_url` of jobs.",
  access: "endpoints:write",
  params: endpointIdParams,
  replies: { 200: { description: "Replaced.", schema: rotatedSecretSchema } },
  problems: ["not_found"],
  async handle(api, { params, caller, now }) {
    const { tenantId } = caller;
    const endpoint = params.id === "default" ? null : await findEndpoint(api.db, { tenantId, endpointId: params.id });
    if (params.id !== "default" && !endpoint) return notFound("endpoint");
    const owner = { tenantId, endpointId: endpoint?.id ?? null };
    const { secret, previousValidUntil } = await api.db.$transaction((tx) =>
      rotateSecrets(tx, api.secrets, owner, now),
    );
    return json(200, { secret, previous_valid_until: previousValidUntil?.toISOString() ?? null });
  },
});
