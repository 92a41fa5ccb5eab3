import { revokeApiKey } from "@darkroom/core/tenants/revoke-api-key";
import { manualClock } from "@darkroom/testing/manual-clock";
import { waitFor } from "@darkroom/testing/wait-for";
import supertest from "supertest";
import { afterAll, describe, expect, test } from "vitest";
import { openTestApi } from "../testing/open-test-api.ts";

const clock = manualClock(new Date("2026-06-01T12:00:00Z"));
const api = await openTestApi({ clock });
afterAll(() => api.close());
const { db } = api.context;

const body = { input: { prompt: "a harbour", image_url: "https://example.com/in.png" } };

function post(authorization: string | null) {
  const request = supertest(api.app).post("/v1/jobs").send(body);
  return authorization === null ? request : request.set("authorization", authorization);
}

async function refused(authorization: string | null, status: number, code: string) {
  const before = await api.countAll();
  const answer = await post(authorization).expect(status);
  expect(answer.body).toMatchObject({ code, status, instance: "/v1/jobs" });
  expect(await api.countAll()).toEqual(before);
  return answer;
}

describe("a request is refused, and nothing is created", () => {
  test.each([null, "", "Basic abc", "Bearer", "dk_abc"])("without a key: %j", async (authorization) => {
    const { headers } = await refused(authorization, 401, "missing_api_key");
    expect(headers["www-authenticate"]).toBe('Bearer realm="darkroom"');
  });

  test.each([`Bearer dk_${"A".repeat(43)}`, "Bearer nonsense", `Bearer dk_${"A".repeat(5_000)}`])(
    "with a key that is not known: %.30s",
    async (authorization) => {
      const { headers, text } = await refused(authorization, 401, "invalid_api_key");
      expect(headers["www-authenticate"]).toBe('Bearer realm="darkroom", error="invalid_token"');
      expect(text).not.toContain(authorization.slice(7));
    },
  );

  test("with a key that has expired, at the very moment", async () => {
    const expiresAt = new Date(clock.now().getTime() + 60_000);
    const { key } = await api.makeKey({ expiresAt });
    await post(`Bearer ${key}`).expect(202);
    clock.set(expiresAt);
    const { body: problem } = await refused(`Bearer ${key}`, 401, "invalid_api_key");
    expect(problem.detail).toContain(expiresAt.toISOString());
  });

  test("with a key that was revoked, ten seconds later at the latest", async () => {
    const { key, id } = await api.makeKey({});
    await post(`Bearer ${key}`).expect(202);
    await revokeApiKey(db, { id, now: clock.now() });
    clock.advance(10_000);
    await refused(`Bearer ${key}`, 401, "invalid_api_key");
  });

  test("with a key that lacks the scope, which is named", async () => {
    const { key } = await api.makeKey({ scopes: ["jobs:read"] });
    const { body: problem } = await refused(`Bearer ${key}`, 403, "insufficient_scope");
    expect(problem.detail).toContain("jobs:write");
    await api.call("get", "/v1/jobs", key).expect(200);
  });
});

describe("a key", () => {
  test.each(["Bearer", "bearer", "Key", "KEY"])("is taken as %s", async (scheme) => {
    await post(`${scheme} ${api.tenant.key}`).expect(202);
  });

  test("remembers when it was last used, to the minute", async () => {
    const { key, id } = await api.makeKey({});
    const lastUsedAt = async () => (await db.apiKey.findUniqueOrThrow({ where: { id } })).lastUsedAt?.getTime();
    const first = clock.now().getTime();
    await api.call("get", "/v1/jobs", key).expect(200);
    await waitFor("the first note", async () => (await lastUsedAt()) === first);
    clock.advance(30_000);
    await api.call("get", "/v1/jobs", key).expect(200);
    const later = clock.advance(30_000).getTime();
    await api.call("get", "/v1/jobs", key).expect(200);
    await waitFor("the second note", async () => (await lastUsedAt()) === later);
  });
});
