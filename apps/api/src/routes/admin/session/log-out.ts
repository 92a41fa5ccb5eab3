import { endSession } from "@darkroom/core/access/end-sessions";
import { sessionCookie } from "../../../requests/session-cookie.ts";
import { defineAdminRoute } from "../define-admin-route.ts";

export const logOutRoute = defineAdminRoute("logOut", {
  summary: "Log out",
  audit: "session.logout",
  replies: { 204: { description: "The session has ended." } },
  async handle(api, { admin, raw }) {
    if (admin.session) await endSession(api.db, admin.session.id);
    return { kind: "empty", status: 204, headers: { "set-cookie": sessionCookie(raw, api.env, "") } };
  },
});
