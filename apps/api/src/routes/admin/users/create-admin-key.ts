import { adminKeyCreatedSchema, createAdminKeySchema } from "@darkroom/contract/admin/users";
import { createAdminKey } from "@darkroom/core/access/create-admin-key";
import { json } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { toWireAdminKey } from "./to-wire.ts";

export const createAdminKeyRoute = defineAdminRoute("createAdminKey", {
  summary: "Make a key for automation",
  audit: "admin_key.create",
  body: { kind: "json", schema: createAdminKeySchema, required: true },
  replies: { 201: { description: "Made; the key is shown this once.", schema: adminKeyCreatedSchema } },
  async handle(api, { body, now, note }) {
    const { name, role, can_see_payloads: canSeePayloads, expires_at } = body;
    const expiresAt = expires_at === undefined ? null : new Date(expires_at);
    const { key, row } = await createAdminKey(api.db, { name, role, canSeePayloads, expiresAt, now });
    note({ target: { kind: "admin_key", id: row.id }, detail: { name, role, can_see_payloads: canSeePayloads } });
    return json(201, { admin_key: toWireAdminKey(row), key }, { "cache-control": "no-store" });
  },
});
