import { adminSessionSchema, type Login, loginSchema } from "@darkroom/contract/admin/session";
import { beginSession } from "@darkroom/core/access/begin-session";
import { checkLogin } from "@darkroom/core/access/check-login";
import { dropEndedSessions } from "@darkroom/core/access/end-sessions";
import { forgiveTry, type ThrottleKey, takeTry, waitOf } from "@darkroom/core/access/login-throttle";
import { normalEmail } from "@darkroom/core/access/normal-email";
import { csrfTokenOf } from "@darkroom/core/access/session";
import { type Actor, writeAudit } from "@darkroom/core/audit/write-audit";
import type { AdminUser } from "@darkroom/core/generated/prisma/client";
import type { Request } from "express";
import type { Api } from "../../../api.ts";
import { json, problem, type Reply } from "../../../reply.ts";
import { isFromHere } from "../../../requests/is-from-here.ts";
import { sessionCookie } from "../../../requests/session-cookie.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { describeSession } from "./describe-session.ts";

type From = { raw: Request; requestId: string; now: Date };

export const logInRoute = defineAdminRoute("logIn", {
  summary: "Log in",
  body: { kind: "json", schema: loginSchema, required: true },
  replies: { 200: { description: "Logged in; the session's cookie is set.", schema: adminSessionSchema } },
  problems: ["wrong_login", "too_many_logins", "csrf_refused"],
  async handle(api, { body, raw, requestId, now }) {
    if (!isFromHere(api.env, raw)) return problem("csrf_refused", "Another site asked for this.");
    const keys: ThrottleKey[] = [
      { kind: "address", value: raw.ip ?? "" },
      { kind: "email", value: normalEmail(body.email) },
    ];
    for (const key of keys) if (!(await takeTry(api.db, key, now))) return tooMany(await waitOf(api.db, key, now));
    const user = await checkLogin(api.db, body);
    if (!user) return refuse(api, body, { raw, requestId, now });
    for (const key of keys) await forgiveTry(api.db, key);
    return logIn(api, user, { raw, requestId, now });
  },
});

async function logIn(api: Api, user: AdminUser, { raw, requestId, now }: From): Promise<Reply> {
  await dropEndedSessions(api.db, now);
  const { token, session } = await beginSession(api.db, user.id, now);
  await api.db.adminUser.update({ where: { id: user.id }, data: { lastLoginAt: now } });
  const actor: Actor = { kind: "user", id: user.id, name: user.email };
  await writeAudit(api.db, { actor, action: "session.login", requestId, address: raw.ip ?? null, now }, "done");
  const { id, email, role, canSeePayloads } = user;
  const described = describeSession(api, {
    ...{ kind: "user" as const, id, name: email, role, canSeePayloads },
    session: { id: session.id, expiresAt: session.expiresAt, csrfToken: csrfTokenOf(token) },
  });
  return json(200, described, { "set-cookie": sessionCookie(raw, api.env, token), "cache-control": "no-store" });
}

/** The same for an e-mail nobody has, a wrong password and a user who was disabled. */
async function refuse(api: Api, body: Login, { raw, requestId, now }: From): Promise<Reply> {
  const user = await api.db.adminUser.findUnique({ where: { email: normalEmail(body.email) } });
  // What is nobody's e-mail may be a password in the wrong field: it is not written down.
  const actor: Actor = { kind: "user", id: user?.id ?? null, name: user?.email ?? "unknown" };
  const start = { actor, action: "session.login_failed" as const, requestId, address: raw.ip ?? null, now };
  await writeAudit(api.db, start, "refused");
  return problem("wrong_login", "The e-mail and password do not belong together.");
}

function tooMany(seconds: number): Reply {
  const headers = { "retry-after": String(seconds) };
  return problem("too_many_logins", `Too many logins failed; try again in ${seconds} s.`, { headers });
}
