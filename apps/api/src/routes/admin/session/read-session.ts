import { adminSessionSchema } from "@darkroom/contract/admin/session";
import { json } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { describeSession } from "./describe-session.ts";

export const readSessionRoute = defineAdminRoute("readSession", {
  summary: "Who am I?",
  replies: { 200: { description: "The session.", schema: adminSessionSchema } },
  handle: async (api, { admin }) => json(200, describeSession(api, admin), { "cache-control": "no-store" }),
});
