import type { AdminRole } from "@darkroom/contract/admin/access";
import { csrfHeader } from "@darkroom/contract/admin/access";
import { beginSession } from "@darkroom/core/access/begin-session";
import { csrfTokenOf } from "@darkroom/core/access/session";
import { newId } from "@darkroom/core/ids";
import supertest from "supertest";
import type { TestApi } from "./open-test-api.ts";

export type TestAdmin = {
  userId: string;
  email: string;
  cookie: string;
  csrfToken: string;
  /** A request with the session, and where it writes with the CSRF token. */
  call(method: "get" | "post" | "patch" | "delete", path: string): supertest.Test;
};

/** An admin user with a session, without the third of a second that a password takes. */
export async function logInAs(
  { context, app }: Pick<TestApi, "context" | "app">,
  role: AdminRole,
  options: { payloads?: boolean } = {},
): Promise<TestAdmin> {
  const id = newId("usr");
  const email = `${id}@example.com`;
  const now = context.clock.now();
  const { payloads: canSeePayloads = false } = options;
  await context.db.adminUser.create({
    data: { id, email, passwordHash: "none", role, canSeePayloads, createdAt: now },
  });
  const { token } = await beginSession(context.db, id, now);
  const cookie = `darkroom_admin=${token}`;
  const csrfToken = csrfTokenOf(token);
  return {
    userId: id,
    email,
    cookie,
    csrfToken,
    call: (method, path) => {
      const request = supertest(app)[method](path).set("cookie", cookie);
      return method === "get" ? request : request.set(csrfHeader, csrfToken);
    },
  };
}
