import { adminUserSchema, updateAdminUserSchema } from "@darkroom/contract/admin/users";
import { updateAdminUser } from "@darkroom/core/access/update-admin-user";
import { json, notFound, problem } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";
import { toWireUser } from "./to-wire.ts";

export const updateUserRoute = defineAdminRoute("updateUser", {
  summary: "Change an admin user",
  audit: "user.update",
  params: idParams,
  body: { kind: "json", schema: updateAdminUserSchema, required: true },
  replies: { 200: { description: "As it is now.", schema: adminUserSchema } },
  problems: ["not_found", "last_admin"],
  async handle(api, { params, body, now, note }) {
    const { password, can_see_payloads: canSeePayloads, ...rest } = body;
    const detail = { ...body, ...(password === undefined ? {} : { password: "changed" }) };
    note({ target: { kind: "user", id: params.id }, detail });
    const result = await updateAdminUser(api.db, params.id, { ...rest, password, canSeePayloads }, now);
    if (result.outcome === "not_found") return notFound("user");
    if (result.outcome === "last_admin") return problem("last_admin", "Nobody else could let others in then.");
    return json(200, toWireUser(result.user));
  },
});
