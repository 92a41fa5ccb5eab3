import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scopes } from "@darkroom/contract/scopes";
import { checkLogin } from "@darkroom/core/access/check-login";
import { openDatabase } from "@darkroom/core/db/database";
import { cloneDatabase } from "@darkroom/testing/clone-database";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "./run-cli.ts";

const now = new Date("2026-06-01T12:00:00Z");
const database = await cloneDatabase();
const db = openDatabase({ url: database.url, poolMax: 2, applicationName: "test" });
const emptyDir = await mkdtemp(join(tmpdir(), "darkroom-cli-"));

afterAll(async () => {
  await db.$disconnect();
  await database.drop();
  await rm(emptyDir, { recursive: true });
});

async function run(
  args: string[],
  env: Record<string, string | undefined> = { DATABASE_URL: database.url },
  cwd = emptyDir,
) {
  let out = "";
  let err = "";
  const write = (text: string) => (out += text);
  const writeError = (text: string) => (err += text);
  const code = await runCli(args, { env, cwd, now: () => now, write, writeError });
  return { code, out, err, json: () => JSON.parse(out) as Record<string, unknown> };
}

beforeAll(async () => {
  expect(await run(["tenant", "create", "acme", "--json"])).toMatchObject({ code: 0 });
});

test("a new tenant is printed as one JSON object and nothing else", async () => {
  const made = await run(["tenant", "create", "globex", "--json"]);
  expect(made).toMatchObject({ code: 0, err: "" });
  expect(made.json()).toEqual({
    id: expect.stringMatching(/^ten_/),
    name: "globex",
    created_at: "2026-06-01T12:00:00.000Z",
  });
  expect(made.out.trim().split("\n")).toHaveLength(1);
});

test("a tenant that exists is refused, and taken with --if-missing", async () => {
  const refused = await run(["tenant", "create", "acme", "--json"]);
  expect(refused).toMatchObject({ code: 1, out: "" });
  expect(refused.err).toContain("acme exists already");
  const taken = await run(["tenant", "create", "acme", "--if-missing", "--json"]);
  expect(taken.code).toBe(0);
  expect(await db.tenant.count({ where: { name: "acme" } })).toBe(1);
});

test("a name that a shell or a list would trip over is refused", async () => {
  expect((await run(["tenant", "create", "two words"])).err).toContain("cannot be a tenant's name");
});

test("a new key is shown once, and only its hash is stored", async () => {
  const made = (await run(["key", "create", "--tenant", "acme", "--json"])).json();
  expect(made).toMatchObject({ tenant: "acme", scopes: [...scopes], expires_at: null });
  const key = made.key as string;
  expect(key).toMatch(/^dk_[\w-]{43}$/);
  expect(key.startsWith(made.prefix as string)).toBe(true);
  const row = await db.apiKey.findUniqueOrThrow({ where: { id: made.id as string } });
  expect(Buffer.from(row.hash)).toEqual(createHash("sha256").update(key).digest());
  expect((await run(["key", "list", "--tenant", "acme"])).out).not.toContain(key);
});

test("a key may be narrowed in scope, time and rate", async () => {
  const args = ["--scope", "jobs:read", "--expires", "30d", "--rate", "5", "--name", "reader", "--json"];
  const made = await run(["key", "create", "--tenant", "acme", ...args]);
  expect(made.json()).toMatchObject({
    scopes: ["jobs:read"],
    expires_at: "2026-07-01T12:00:00.000Z",
    rate_per_minute: 5,
    name: "reader",
  });
});

test("wrong scope, expiry, tenant and key id are each refused with a reason", async () => {
  const create = ["key", "create", "--tenant", "acme"];
  expect(await run([...create, "--scope", "everything"])).toMatchObject({ code: 2 });
  expect(await run([...create, "--expires", "soon"])).toMatchObject({ code: 1, out: "" });
  expect(await run([...create, "--expires", "2020-01-01"])).toMatchObject({ code: 1, out: "" });
  expect((await run(["key", "create", "--tenant", "nobody"])).err).toContain("no tenant nobody");
  expect((await run(["key", "revoke", "acme"])).code).toBe(1);
  expect((await run(["nonsense"])).code).toBe(2);
});

test("a revoked key is marked so, and stays revoked", async () => {
  const { id } = (await run(["key", "create", "--tenant", "acme", "--json"])).json();
  const revoked = (await run(["key", "revoke", id as string, "--json"])).json();
  expect(revoked).toEqual({ id, revoked_at: now.toISOString() });
  expect((await run(["key", "revoke", id as string, "--json"])).json()).toEqual(revoked);
  const list = (await run(["key", "list", "--tenant", "acme", "--json"])).json() as { data: { id: string }[] };
  expect(list.data.find((key) => key.id === id)).toMatchObject({ revoked_at: now.toISOString() });
});

test("the running stack's database is found in its run.json", async () => {
  await writeFile(join(emptyDir, "run.json"), JSON.stringify({ database_url: database.url }));
  expect((await run(["tenant", "list", "--json"], { DARKROOM_HOME: emptyDir })).code).toBe(0);
});

test("without any database it says how to name one", async () => {
  const refused = await run(["tenant", "list"], {}, join(emptyDir, "elsewhere"));
  expect(refused).toMatchObject({ code: 1, out: "" });
  expect(refused.err).toContain("DATABASE_URL");
});

test("a database that is away is named without its password", async () => {
  const refused = await run(["tenant", "list"], { DATABASE_URL: "postgres://me:hush@127.0.0.1:1/gone" });
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("127.0.0.1:1/gone");
  expect(refused.err).not.toContain("hush");
});

test("migrate says what it applied", async () => {
  expect((await run(["migrate", "--json"])).json()).toEqual({ applied: [] });
});

test("a tenant's weight, cap and pause are set by one command", async () => {
  const changed = await run(["tenant", "set", "acme", "--weight", "3", "--in-flight-max", "2", "--pause", "--json"]);
  expect(changed.code).toBe(0);
  expect(await db.tenant.findUniqueOrThrow({ where: { name: "acme" } })).toMatchObject({
    weight: 3,
    inFlightMax: 2,
    pausedAt: now,
  });
  await run(["tenant", "set", "acme", "--rate", "90"]);
  expect(await db.tenant.findUniqueOrThrow({ where: { name: "acme" } })).toMatchObject({ ratePerMinute: 90 });
  await run(["tenant", "set", "acme", "--in-flight-max", "none", "--rate", "none", "--resume"]);
  expect(await db.tenant.findUniqueOrThrow({ where: { name: "acme" } })).toMatchObject({
    weight: 3,
    inFlightMax: null,
    ratePerMinute: null,
    pausedAt: null,
  });
  expect((await run(["tenant", "set", "acme", "--weight", "0"])).code).toBe(2);
  expect((await run(["tenant", "set", "nobody", "--weight", "2"])).code).toBe(1);
});

test("budgets are set, changed, listed and removed", async () => {
  const set = (usd: string) => run(["budget", "set", "--tenant", "acme", "--period", "month", "--usd", usd, "--json"]);
  const made = await set("12.5");
  expect(made.json()).toMatchObject({ data: [{ api_key_id: null, period: "month", limit_usd: 12.5, used_usd: 0 }] });
  await set("20");
  expect((await run(["budget", "list", "--tenant", "acme"])).out).toBe("acme  $0 of $20 used this month\n");
  await set("none");
  expect((await run(["budget", "list", "--tenant", "acme", "--json"])).json()).toEqual({ data: [] });
  expect((await set("-1")).code).toBe(2);
  expect(
    (await run(["budget", "set", "--tenant", "acme", "--key", "key_x", "--period", "day", "--usd", "1"])).code,
  ).toBe(1);
});

test("double charges prevented are counted and listed", async () => {
  expect((await run(["double-charges", "--json"])).json()).toEqual({ prevented: 0, data: [] });
});

test("an admin user is made with a password that is shown once, and let in again with another", async () => {
  const made = (await run(["admin", "create", "Ann@example.com", "--role", "admin", "--json"])).json();
  expect(made).toMatchObject({ email: "ann@example.com", role: "admin" });
  const login = (password: unknown) => checkLogin(db, { email: "ann@example.com", password: String(password) });
  expect(await login(made.password)).toMatchObject({ id: made.id, canSeePayloads: true });
  const again = await run(["admin", "create", "ann@example.com", "--role", "viewer"]);
  expect([again.code, again.err.includes("--reset-password")]).toEqual([1, true]);
  const args = ["admin", "create", "ann@example.com", "--role", "admin", "--reset-password", "--json"];
  const reset = await run(args, { DATABASE_URL: database.url, ADMIN_PASSWORD: "given by the environment" });
  expect(reset.json()).not.toHaveProperty("password");
  expect(await login(made.password)).toBeNull();
  expect(await login("given by the environment")).not.toBeNull();
  expect((await run(["admin", "create", "nobody", "--role", "admin"])).code).toBe(1);
  expect((await run(["admin", "create", "x@example.com", "--role", "king"])).code).toBe(2);
  expect((await run(["admin", "list"])).out).toContain("ann@example.com  admin");
  expect(await db.auditEntry.count({ where: { actorKind: "cli", targetId: String(made.id) } })).toBe(2);
});

test("circuits are shown and closed by hand", async () => {
  expect((await run(["circuit", "list"])).out).toContain("All circuits are closed.");
  await db.circuit.create({ data: { scope: "account", failures: 5, openedAt: now, reason: "User is locked" } });
  expect((await run(["circuit", "list", "--json"])).json()).toMatchObject({
    data: [{ scope: "account", state: "open", failures: 5, opened_at: now.toISOString(), reason: "User is locked" }],
  });
  expect((await run(["circuit", "reset", "account", "--json"])).json()).toEqual({ scope: "account", reset: true });
  expect((await run(["circuit", "reset", "account", "--json"])).json()).toEqual({ scope: "account", reset: false });
  expect(await db.circuit.count()).toBe(0);
});
