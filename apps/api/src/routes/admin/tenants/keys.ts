import {
  type AdminApiKey,
  adminApiKeyListSchema,
  adminApiKeySchema,
  apiKeyCreatedSchema,
  createApiKeySchema,
} from "@darkroom/contract/admin/keys";
import type { ApiKey } from "@darkroom/core/generated/prisma/client";
import { createApiKey } from "@darkroom/core/tenants/create-api-key";
import { listApiKeys } from "@darkroom/core/tenants/list-api-keys";
import { revokeApiKey } from "@darkroom/core/tenants/revoke-api-key";
import { json, notFound } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";

function toWireKey(row: ApiKey): AdminApiKey {
  const { id, name, prefix, scopes } = row;
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return {
    ...{ id, name, prefix, scopes },
    tenant_id: row.tenantId,
    rate_per_minute: row.ratePerMinute,
    created_at: row.createdAt.toISOString(),
    expires_at: iso(row.expiresAt),
    revoked_at: iso(row.revokedAt),
    last_used_at: iso(row.lastUsedAt),
  };
}

export const listApiKeysRoute = defineAdminRoute("listApiKeys", {
  summary: "A tenant's API keys",
  params: idParams,
  replies: { 200: { description: "All of them, the revoked ones too.", schema: adminApiKeyListSchema } },
  handle: async (api, { params }) => json(200, { data: (await listApiKeys(api.reads, params.id)).map(toWireKey) }),
});

export const createApiKeyRoute = defineAdminRoute("createApiKey", {
  summary: "Make an API key",
  audit: "api_key.create",
  params: idParams,
  body: { kind: "json", schema: createApiKeySchema, required: true },
  replies: { 201: { description: "Made; the key is shown this once.", schema: apiKeyCreatedSchema } },
  problems: ["not_found"],
  async handle(api, { params, body, now, note }) {
    const tenant = await api.db.tenant.findUnique({ where: { id: params.id } });
    if (!tenant) return notFound("tenant");
    const { key, row } = await createApiKey(api.db, {
      tenantId: tenant.id,
      name: body.name,
      scopes: body.scopes,
      ratePerMinute: body.rate_per_minute,
      expiresAt: body.expires_at === undefined ? null : new Date(body.expires_at),
      now,
    });
    note({ target: { kind: "api_key", id: row.id }, tenantId: tenant.id, detail: body });
    return json(201, { api_key: toWireKey(row), key }, { "cache-control": "no-store" });
  },
});

export const revokeApiKeyRoute = defineAdminRoute("revokeApiKey", {
  summary: "Revoke an API key",
  description: "It may be honoured for ten seconds more.",
  audit: "api_key.revoke",
  params: idParams,
  replies: { 200: { description: "As it is now.", schema: adminApiKeySchema } },
  problems: ["not_found"],
  async handle(api, { params, now, note }) {
    const result = await revokeApiKey(api.db, { id: params.id, now });
    if (result.outcome === "not_found") return notFound("API key");
    note({ target: { kind: "api_key", id: params.id }, tenantId: result.row.tenantId });
    return json(200, toWireKey(result.row));
  },
});
