import { adminKeySchema } from "@darkroom/contract/admin/users";
import { revokeAdminKey } from "@darkroom/core/access/revoke-admin-key";
import { json, notFound } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";
import { toWireAdminKey } from "./to-wire.ts";

export const revokeAdminKeyRoute = defineAdminRoute("revokeAdminKey", {
  summary: "Revoke an admin key",
  audit: "admin_key.revoke",
  params: idParams,
  replies: { 200: { description: "Revoked.", schema: adminKeySchema } },
  problems: ["not_found"],
  async handle(api, { params, now, note }) {
    note({ target: { kind: "admin_key", id: params.id } });
    const row = await revokeAdminKey(api.db, params.id, now);
    return row ? json(200, toWireAdminKey(row)) : notFound("admin key");
  },
});
