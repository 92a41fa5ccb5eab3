import { jwksSchema } from "@darkroom/contract/endpoints";
import { keyIdOf } from "@darkroom/core/deliveries/build-request";
import { readPublicKeys } from "@darkroom/core/endpoints/signing-secrets";
import { json, notFound } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { endpointIdParams } from "./endpoint-id.ts";

/** Receivers fetch it before a rotation's overlap ends: an hour old is new enough. */
const cacheSeconds = 3_600;

export const readKeysRoute = defineRoute({
  id: "readEndpointKeys",
  method: "get",
  path: "/v1/endpoints/{id}/jwks.json",
  tag: "Endpoints",
  summary: "Public keys of an endpoint that signs with ed25519",
  description: "A JWKS (RFC 7517, RFC 8037): the keys that `v1a` signatures of this endpoint may be of, newest first.",
  access: "public",
  params: endpointIdParams,
  replies: { 200: { description: "The keys.", schema: jwksSchema } },
  problems: ["not_found"],
  async handle(api, { params, now }) {
    const keys = await readPublicKeys(api.db, params.id, now);
    if (keys.length === 0) return notFound("endpoint with ed25519 keys");
    const jwks = keys.map((key) => ({
      kty: "OKP",
      crv: "Ed25519",
      alg: "EdDSA",
      use: "sig",
      kid: keyIdOf(key),
      x: Buffer.from(key).toString("base64url"),
    }));
    return json(200, { keys: jwks }, { "cache-control": `public, max-age=${cacheSeconds}` });
  },
});
