import { adminUserListSchema } from "@darkroom/contract/admin/users";
import { json } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { toWireUser } from "./to-wire.ts";

export const listUsersRoute = defineAdminRoute("listUsers", {
  summary: "List admin users",
  replies: { 200: { description: "All of them.", schema: adminUserListSchema } },
  handle: async (api) =>
    json(200, { data: (await api.reads.adminUser.findMany({ orderBy: { email: "asc" } })).map(toWireUser) }),
});
