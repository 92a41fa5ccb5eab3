import { z } from "zod";
import { scopeSchema } from "../scopes.ts";
import { time } from "./paging.ts";

export const adminApiKeySchema = z
  .object({
    id: z.string().describe("key_…"),
    tenant_id: z.string(),
    name: z.string(),
    prefix: z.string().describe("Its first characters, to recognise it by."),
    scopes: z.array(z.string()),
    rate_per_minute: z.int().nullable().describe("Null: RATE_LIMIT_PER_MINUTE."),
    created_at: time,
    expires_at: time.nullable(),
    revoked_at: time.nullable(),
    last_used_at: time.nullable().describe("Exact to a minute."),
  })
  .meta({ id: "AdminApiKey" });
export type AdminApiKey = z.infer<typeof adminApiKeySchema>;

/** GET /admin/api/tenants/{id}/keys: few, so all at once; the revoked ones too. */
export const adminApiKeyListSchema = z.object({ data: z.array(adminApiKeySchema) });

/** POST /admin/api/tenants/{id}/keys */
export const createApiKeySchema = z.strictObject({
  name: z.string().min(1).max(100),
  scopes: z.array(scopeSchema).min(1).optional().describe("Left out: every scope."),
  rate_per_minute: z.int().min(1).max(10_000_000).nullable().default(null),
  expires_at: z.iso.datetime({ offset: true }).optional(),
});
export type CreateApiKey = z.infer<typeof createApiKeySchema>;

export const apiKeyCreatedSchema = z
  .object({ api_key: adminApiKeySchema, key: z.string().describe("dk_…; shown this once.") })
  .meta({ id: "ApiKeyCreated" });

/** DELETE /admin/api/keys/{id} revokes; it answers the key as it is then. It may be honoured for ten seconds more. */
