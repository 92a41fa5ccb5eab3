import { updateTenant } from "@darkroom/core/tenants/update-tenant";
import { describeOnRedis } from "@darkroom/testing/redis";
import { waitFor } from "@darkroom/testing/wait-for";
import supertest from "supertest";
import { afterAll, describe, expect, test } from "vitest";
import { createApp } from "../app.ts";
import { openTestApi, type TestApi } from "../testing/open-test-api.ts";

const env = { RATE_LIMIT_PER_MINUTE: "1234", TENANT_RATE_LIMIT_PER_MINUTE: "5678" };

function limits(open: () => Promise<TestApi>): void {
  let api: TestApi;
  const get = (key?: string) => api.call("get", "/v1/jobs", key);
  afterAll(() => api.close());

  test("is told in every reply, and ends in 429 with the limit and the time to wait", async () => {
    api = await open();
    const { key } = await api.makeKey({ ratePerMinute: 3 });
    for (const remaining of [2, 1, 0]) {
      const { headers } = await get(key).expect(200);
      expect(headers["ratelimit-policy"]).toBe('"key";q=3;w=60, "tenant";q=5678;w=60');
      expect(headers.ratelimit).toMatch(new RegExp(`^"key";r=${remaining};t=\\d+, "tenant";r=\\d+;t=\\d+$`));
    }
    const { headers, body } = await get(key).expect(429);
    expect(body).toMatchObject({ code: "rate_limited", limit: 3, window_seconds: 60, "violated-policies": ["key"] });
    expect(headers.ratelimit).toMatch(/^"key";r=0;t=\d+$/);
    expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    expect(Number(headers["retry-after"])).toBeLessThanOrEqual(60);
  });

  test("is each key's own", async () => {
    const first = await api.makeKey({ ratePerMinute: 1 });
    const second = await api.makeKey({ ratePerMinute: 1 });
    await get(first.key).expect(200);
    await get(first.key).expect(429);
    await get(second.key).expect(200);
  });

  test("is the tenant's over all its keys, and another tenant's is its own", async () => {
    const tenant = await api.makeTenant();
    await updateTenant(api.context.db, tenant.id, { ratePerMinute: 2 }, new Date());
    const second = await api.makeKey({ tenantId: tenant.id });
    await get(tenant.key).expect(200);
    await get(second.key).expect(200);
    const { body } = await get(second.key).expect(429);
    expect(body).toMatchObject({ code: "rate_limited", limit: 2, "violated-policies": ["tenant"] });
    await get().expect(200);
  });

  test("what a key's own limit refuses is not counted against its tenant", async () => {
    const tenant = await api.makeTenant();
    await updateTenant(api.context.db, tenant.id, { ratePerMinute: 2 }, new Date());
    const wild = await api.makeKey({ tenantId: tenant.id, ratePerMinute: 1 });
    await get(wild.key).expect(200);
    for (let index = 0; index < 5; index += 1) await get(wild.key).expect(429);
    await get(tenant.key).expect(200);
  });

  test("comes from the settings unless key and tenant say otherwise", async () => {
    const { headers } = await get().expect(200);
    expect(headers["ratelimit-policy"]).toBe('"key";q=1234;w=60, "tenant";q=5678;w=60');
  });

  test("counts refused requests, too", async () => {
    const { key } = await api.makeKey({ ratePerMinute: 1, scopes: ["files:write"] });
    await get(key).expect(403);
    await get(key).expect(429);
  });

  test("is one for all processes: of many requests to two of them exactly as many pass as the limit says", async () => {
    const { key } = await api.makeKey({ ratePerMinute: 20 });
    const stopping = new AbortController();
    const other = createApp(api.context, { stopping: stopping.signal });
    const ask = (app: typeof other) => supertest(app).get("/v1/models").set("authorization", `Bearer ${key}`);
    const replies = await Promise.all(Array.from({ length: 50 }, (_, index) => ask(index % 2 ? other : api.app)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(30);
    stopping.abort();
  });
}

describe("the limit of requests per minute, in Postgres", () => {
  limits(() => openTestApi({ env }));
});

describeOnRedis("the limit of requests per minute, in Redis", () => {
  limits(() => openTestApi({ env, backend: "redis" }));
});

test("while the shared count is away every process counts by itself, says so, and nobody is refused for it", async () => {
  const api = await openTestApi({ env });
  const away = { ...api.context, env: { ...api.context.env, REDIS_URL: "redis://127.0.0.1:1" } };
  const stopping = new AbortController();
  const app = createApp(away, { stopping: stopping.signal });
  const { key } = await api.makeKey({ ratePerMinute: 1 });
  const get = () => supertest(app).get("/v1/jobs").set("authorization", `Bearer ${key}`);
  await get().expect(200);
  await get().expect(429);
  expect(await api.context.metrics.registry.metrics()).toMatch(/darkroom_requests_counted_alone_total\S* [1-9]/);
  stopping.abort();
  await api.close();
});

test("more requests of one tenant at once than one process answers are refused; as one ends, another is taken", async () => {
  const api = await openTestApi({ env: { TENANT_REQUESTS_AT_ONCE_MAX: "2" } });
  const job = { model: "fal-ai/z-image/turbo", input: { prompt: "a boat", image_size: "square" } };
  const { body: made } = await api.call("post", "/v1/jobs").send(job).expect(202);
  const streams = [1, 2].map(() => api.call("get", `/v1/jobs/${made.id}/stream`).end(() => {}));
  const refused = await waitFor("both streams to be counted", async () => {
    const reply = await api.call("get", "/v1/jobs");
    return reply.status === 429 ? reply : null;
  });
  expect(refused.body).toMatchObject({ code: "too_many_at_once", limit: 2 });
  expect(refused.headers["retry-after"]).toBe("1");
  const other = await api.makeTenant();
  await api.call("get", "/v1/jobs", other.key).expect(200);
  for (const stream of streams) stream.abort();
  await waitFor("both streams to have ended", async () =>
    (await api.call("get", "/v1/jobs")).status === 200 ? true : null,
  );
  await api.close();
});
