import { adminUserSchema, createAdminUserSchema } from "@darkroom/contract/admin/users";
import { createAdminUser } from "@darkroom/core/access/create-admin-user";
import { json, problem } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { toWireUser } from "./to-wire.ts";

export const createUserRoute = defineAdminRoute("createUser", {
  summary: "Make an admin user",
  audit: "user.create",
  body: { kind: "json", schema: createAdminUserSchema, required: true },
  replies: { 201: { description: "Made.", schema: adminUserSchema } },
  problems: ["name_taken"],
  async handle(api, { body, now, note }) {
    const { email, password, role, can_see_payloads: canSeePayloads } = body;
    const made = await createAdminUser(api.db, { email, password, role, canSeePayloads, now });
    note({
      target: { kind: "user", id: made.user.id },
      detail: { email: made.user.email, role, can_see_payloads: canSeePayloads },
    });
    if (made.outcome === "exists") return problem("name_taken", "There is a user with this e-mail already.");
    return json(201, toWireUser(made.user));
  },
});
