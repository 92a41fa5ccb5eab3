import { changePasswordSchema } from "@darkroom/contract/admin/session";
import { checkLogin } from "@darkroom/core/access/check-login";
import { endSessionsOf } from "@darkroom/core/access/end-sessions";
import { forgiveTry, type ThrottleKey, takeTry, waitOf } from "@darkroom/core/access/login-throttle";
import { hashPassword } from "@darkroom/core/access/password";
import { problem } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";

export const changePasswordRoute = defineAdminRoute("changePassword", {
  summary: "Change one's own password",
  audit: "session.password",
  body: { kind: "json", schema: changePasswordSchema, required: true },
  replies: { 204: { description: "Changed; every other session of this user has ended." } },
  problems: ["wrong_login", "too_many_logins", "role_required"],
  async handle(api, { admin, body, now, note }) {
    note({ target: { kind: "user", id: admin.id } });
    if (admin.kind !== "user") return problem("role_required", "A key has no password.");
    const key: ThrottleKey = { kind: "email", value: admin.name };
    if (!(await takeTry(api.db, key, now))) {
      const seconds = await waitOf(api.db, key, now);
      const headers = { "retry-after": String(seconds) };
      return problem("too_many_logins", `Too many tries failed; try again in ${seconds} s.`, { headers });
    }
    const user = await checkLogin(api.db, { email: admin.name, password: body.current_password });
    if (!user) return problem("wrong_login", "The present password is not this one.");
    await forgiveTry(api.db, key);
    const passwordHash = await hashPassword(body.new_password);
    await api.db.adminUser.update({ where: { id: user.id }, data: { passwordHash } });
    await endSessionsOf(api.db, user.id, admin.session?.id);
    return { kind: "empty", status: 204 };
  },
});
