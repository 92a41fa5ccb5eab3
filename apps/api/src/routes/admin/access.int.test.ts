import { type AdminRole, adminRoles, roleAllows } from "@darkroom/contract/admin/access";
import { type AdminAccess, type AdminRouteName, adminRoutes } from "@darkroom/contract/admin/routes";
import { createAdminKey } from "@darkroom/core/access/create-admin-key";
import { createAdminUser, ensureFirstAdmin } from "@darkroom/core/access/create-admin-user";
import { takeTry } from "@darkroom/core/access/login-throttle";
import { absoluteMs, idleMs } from "@darkroom/core/access/session";
import { updateAdminUser } from "@darkroom/core/access/update-admin-user";
import { manualClock } from "@darkroom/testing/manual-clock";
import supertest from "supertest";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { logInAs } from "../../testing/log-in-as.ts";
import { openTestApi } from "../../testing/open-test-api.ts";
import { adminRouteTable } from "./admin-routes.ts";

const clock = manualClock(new Date("2026-11-20T12:00:00Z"));
const api = await openTestApi({ clock });
afterAll(() => api.close());
const { db } = api.context;
beforeEach(() => clock.set(new Date("2026-11-20T12:00:00Z")));

const password = "a long enough password";
const logIn = (email: string, given = password, headers: Record<string, string> = {}) =>
  supertest(api.app).post("/admin/api/session").set(headers).send({ email, password: given });

async function makeUser(email: string) {
  const made = await createAdminUser(db, { email, password, role: "admin", canSeePayloads: true, now: clock.now() });
  return made.user;
}

describe("a login", () => {
  test("opens a session in a cookie that scripts and other sites cannot use", async () => {
    const user = await makeUser("Ann@Example.com ");
    const { body, headers } = await logIn(" ann@example.COM").expect(200);
    expect(body.user).toEqual({ id: user.id, email: "ann@example.com", role: "admin", can_see_payloads: true });
    const [cookie] = headers["set-cookie"] as unknown as string[];
    expect(cookie).toMatch(/^darkroom_admin=[\w-]{43}; Path=\/admin; Max-Age=604800; HttpOnly; SameSite=Strict$/);
    const token = /=([\w-]+)/.exec(cookie ?? "")?.[1] ?? "";
    const session = await db.adminSession.findFirstOrThrow({ where: { userId: user.id } });
    expect(Buffer.from(session.tokenHash).toString("base64url")).not.toBe(token);
    const me = await supertest(api.app).get("/admin/api/session").set("cookie", `darkroom_admin=${token}`).expect(200);
    expect(me.body.csrf_token).toBe(body.csrf_token);
    expect(await db.auditEntry.findFirst({ where: { actorId: user.id } })).toMatchObject({
      action: "session.login",
      outcome: "done",
    });
  });

  test("sets Secure when a trusted proxy says that it is https, or PUBLIC_URL is", async () => {
    const secure = await openTestApi({ env: { PUBLIC_URL: "https://images.example.com" } });
    await createAdminUser(secure.context.db, {
      ...{ email: "a@example.com", password, role: "viewer", canSeePayloads: false },
      now: secure.context.clock.now(),
    });
    const body = { email: "a@example.com", password };
    const { headers } = await supertest(secure.app).post("/admin/api/session").send(body).expect(200);
    expect(String(headers["set-cookie"])).toContain("; Secure");
    await secure.close();
  });

  test("answers an unknown e-mail, a wrong password and a disabled user alike", async () => {
    await makeUser("bob@example.com");
    const gone = await makeUser("gone@example.com");
    await updateAdminUser(db, gone.id, { disabled: true }, clock.now());
    const answers = [
      await logIn("nobody@example.com"),
      await logIn("bob@example.com", "another password"),
      await logIn("gone@example.com"),
    ];
    const seen = answers.map(({ status, body }) => JSON.stringify([status, body.code, body.detail]));
    expect(new Set(seen).size).toBe(1);
    expect(answers[0]?.status).toBe(401);
    const failed = await db.auditEntry.findMany({ where: { action: "session.login_failed" } });
    expect(failed.map(({ actorName }) => actorName).sort()).toEqual(["bob@example.com", "gone@example.com", "unknown"]);
  });

  test("is refused when another site sends it", async () => {
    const { body } = await logIn("bob@example.com", password, { origin: "https://evil.example" }).expect(403);
    expect(body.code).toBe("csrf_refused");
  });

  test("has to wait, twice as long each time, after five failures, and is forgiven by the right password", async () => {
    await makeUser("eve@example.com");
    for (let tries = 0; tries < 5; tries += 1) await logIn("eve@example.com", "guess number six").expect(401);
    const blocked = await logIn("eve@example.com").expect(429);
    expect(blocked.headers["retry-after"]).toBe("1");
    clock.advance(1_000);
    await logIn("eve@example.com", "guess number six").expect(401);
    expect((await logIn("eve@example.com").expect(429)).headers["retry-after"]).toBe("2");
    clock.advance(2_000);
    await logIn("eve@example.com").expect(200);
    await logIn("eve@example.com", "guess number six").expect(401);
  });

  test("has to wait after twenty failures from one address, whatever the e-mail, also when they come at once", async () => {
    const key = { kind: "address", value: "192.0.2.7" } as const;
    const taken = await Promise.all(Array.from({ length: 30 }, () => takeTry(db, key, clock.now())));
    expect(taken.filter(Boolean)).toHaveLength(20);
    clock.advance(3_600_000 + 1);
    expect(await takeTry(db, key, clock.now())).toBe(true);
  });
});

describe("a session", () => {
  const read = (cookie: string) => supertest(api.app).get("/admin/api/session").set("cookie", cookie);

  test("ends when nobody used it for twelve hours, and in any case after a week", async () => {
    const { cookie } = await logInAs(api, "viewer");
    clock.advance(idleMs - 1);
    await read(cookie).expect(200);
    clock.advance(idleMs);
    await read(cookie).expect(401);
    const busy = await logInAs(api, "viewer");
    for (let passed = 0; passed + idleMs / 2 < absoluteMs; passed += idleMs / 2) {
      await read(busy.cookie).expect(200);
      clock.advance(idleMs / 2);
    }
    clock.advance(idleMs / 2);
    await read(busy.cookie).expect(401);
  });

  test("ends with a log-out, and when its user is disabled", async () => {
    const ann = await logInAs(api, "viewer");
    await ann.call("delete", "/admin/api/session").expect(204);
    await read(ann.cookie).expect(401);
    const bob = await logInAs(api, "viewer");
    await updateAdminUser(db, bob.userId, { disabled: true }, clock.now());
    await read(bob.cookie).expect(401);
  });

  test("writes only with its own CSRF token, and only from its own origin", async () => {
    const ann = await logInAs(api, "operator");
    const bob = await logInAs(api, "operator");
    const pause = () => supertest(api.app).post("/admin/api/queue/pause").set("cookie", ann.cookie);
    expect((await pause().expect(403)).body.code).toBe("csrf_refused");
    await pause().set("x-csrf-token", bob.csrfToken).expect(403);
    await pause().set("x-csrf-token", ann.csrfToken).set("origin", "https://evil.example").expect(403);
    await pause().set("x-csrf-token", ann.csrfToken).set("sec-fetch-site", "cross-site").expect(403);
    await pause().set("x-csrf-token", ann.csrfToken).set("sec-fetch-site", "same-origin").expect(200);
    await ann.call("post", "/admin/api/queue/resume").expect(200);
  });

  test("a new password ends the others, and needs the present one", async () => {
    const user = await makeUser("pat@example.com");
    const cookieOf = async () => {
      const { headers, body } = await logIn("pat@example.com").expect(200);
      return { cookie: String(headers["set-cookie"]).split(";")[0] ?? "", token: body.csrf_token as string };
    };
    const [one, other] = [await cookieOf(), await cookieOf()];
    const change = (current_password: string) =>
      supertest(api.app)
        .post("/admin/api/session/password")
        .set({ cookie: one.cookie, "x-csrf-token": one.token })
        .send({ current_password, new_password: "quite another password" });
    await change("not the password").expect(401);
    await change(password).expect(204);
    await read(one.cookie).expect(200);
    await read(other.cookie).expect(401);
    await logIn("pat@example.com", "quite another password").expect(200);
    const entry = await db.auditEntry.findFirstOrThrow({
      where: { actorId: user.id, action: "session.password", outcome: "done" },
    });
    expect(JSON.stringify(entry)).not.toContain("quite another");
  });
});

describe("an admin key", () => {
  test("works without session and CSRF token, as far as its role goes, until it is revoked", async () => {
    const admin = await logInAs(api, "admin");
    const made = await admin.call("post", "/admin/api/admin-keys").send({ name: "ci", role: "operator" }).expect(201);
    const call = (method: "get" | "post", path: string) =>
      supertest(api.app)[method](path).set("authorization", `Bearer ${made.body.key}`);
    await call("post", "/admin/api/queue/pause").expect(200);
    await call("post", "/admin/api/queue/resume").expect(200);
    await call("get", "/admin/api/users").expect(403);
    await admin.call("delete", `/admin/api/admin-keys/${made.body.admin_key.id}`).expect(200);
    await call("get", "/admin/api/queue").expect(401);
    const [entry] = await db.auditEntry.findMany({ where: { action: "queue.pause", actorKind: "admin_key" } });
    expect(entry).toMatchObject({ actorName: "ci", outcome: "done" });
  });

  test("is no key of a tenant, nor the other way round; and expires", async () => {
    const expiresAt = new Date(clock.now().getTime() + 60_000);
    const { key } = await createAdminKey(db, {
      ...{ name: "short", role: "admin", canSeePayloads: false },
      expiresAt,
      now: clock.now(),
    });
    await api.call("get", "/v1/jobs", key).expect(401);
    await api.call("get", "/admin/api/jobs").expect(401);
    await api.call("get", "/admin/api/jobs", key).expect(200);
    clock.advance(60_000);
    await api.call("get", "/admin/api/jobs", key).expect(401);
  });
});

describe("users", () => {
  test("the last admin stays one", async () => {
    const fresh = await openTestApi();
    const first = await ensureFirstAdmin(fresh.context.db, { email: "f@example.com", password, now: new Date() });
    expect(await ensureFirstAdmin(fresh.context.db, { email: "g@example.com", password, now: new Date() })).toBeNull();
    const change = (body: object) => updateAdminUser(fresh.context.db, first?.id ?? "", body, new Date());
    expect((await change({ role: "viewer" })).outcome).toBe("last_admin");
    expect((await change({ disabled: true })).outcome).toBe("last_admin");
    await createAdminUser(fresh.context.db, {
      ...{ email: "h@example.com", password, role: "admin", canSeePayloads: false },
      now: new Date(),
    });
    expect((await change({ role: "viewer" })).outcome).toBe("updated");
    await fresh.close();
  });

  test("are made and changed by admins, and it is written down without their passwords", async () => {
    const admin = await logInAs(api, "admin");
    const made = await admin
      .call("post", "/admin/api/users")
      .send({ email: "new@example.com", password, role: "viewer" })
      .expect(201);
    const again = { email: "NEW@example.com", password, role: "viewer" };
    expect((await admin.call("post", "/admin/api/users").send(again).expect(409)).body.code).toBe("name_taken");
    const path = `/admin/api/users/${made.body.id}`;
    const changed = await admin
      .call("patch", path)
      .send({ role: "operator", password: "an entirely new one" })
      .expect(200);
    expect(changed.body.role).toBe("operator");
    const entries = await db.auditEntry.findMany({ where: { targetId: made.body.id }, orderBy: { id: "asc" } });
    expect(entries.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      "user.create done",
      "user.create refused",
      "user.update done",
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/long enough|entirely new/);
  });
});

describe("every route of /admin/api", () => {
  const names = Object.keys(adminRoutes) as AdminRouteName[];
  const guarded = names.filter((name) => adminRoutes[name].access !== "public");

  test("is served, and no other", () => {
    const served = adminRouteTable.map(({ id, method, path, access }) => ({ id, method, path, access }));
    const told = names.map((name) => ({ id: `admin.${name}`, ...adminRoutes[name] }));
    const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
    expect(served.sort(byId)).toEqual(told.sort(byId));
  });

  test("is audited if it changes something", () => {
    const readingPosts = new Set(["admin.logIn", "admin.countBulk", "admin.quotePlayground"]);
    for (const { id, method, audit } of adminRouteTable) {
      expect([id, audit !== undefined]).toEqual([id, method !== "get" && !readingPosts.has(id)]);
    }
  });

  test("is closed to strangers", async () => {
    for (const name of guarded) {
      const { method, path } = adminRoutes[name];
      const answer = await supertest(api.app)
        [method](path.replace(/\{\w+\}/g, "job_x"))
        .send({});
      expect([name, answer.status, answer.body.code]).toEqual([name, 401, "not_logged_in"]);
    }
  });

  test.each(adminRoles)("lets a %s do what the role allows, and nothing more", async (role) => {
    for (const payloads of [false, true]) {
      const user = await logInAs(api, role, { payloads });
      const asked = guarded.filter((name) => name !== "openStream" && name !== "logOut");
      for (const name of asked) {
        const { method, path, access } = adminRoutes[name];
        const answer = await user.call(method, path.replace(/\{\w+\}/g, "job_x"));
        const refusal = access === "admin:payloads" ? "payloads_hidden" : "role_required";
        const refused = answer.status === 403 && answer.body.code === refusal;
        expect([name, answer.status < 500, refused]).toEqual([name, true, !isAllowed(access, role, payloads)]);
      }
    }
  });
});

function isAllowed(access: AdminAccess, role: AdminRole, payloads: boolean): boolean {
  if (access === "admin:self" || access === "public") return true;
  return access === "admin:payloads" ? payloads : roleAllows(role, access.slice("admin:".length) as AdminRole);
}
