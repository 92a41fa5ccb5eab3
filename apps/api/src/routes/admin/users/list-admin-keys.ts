import { adminKeyListSchema } from "@darkroom/contract/admin/users";
import { json } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { toWireAdminKey } from "./to-wire.ts";

export const listAdminKeysRoute = defineAdminRoute("listAdminKeys", {
  summary: "List admin keys",
  replies: { 200: { description: "All of them, newest first.", schema: adminKeyListSchema } },
  handle: async (api) =>
    json(200, { data: (await api.reads.adminKey.findMany({ orderBy: { id: "desc" } })).map(toWireAdminKey) }),
});
