import { describeOnRedis } from "@darkroom/testing/redis";
import supertest from "supertest";
import { afterAll, describe, expect, test } from "vitest";
import { createApp } from "../app.ts";
import { openTestApi, type TestApi } from "../testing/open-test-api.ts";

function limits(open: () => Promise<TestApi>): void {
  let api: TestApi;
  const get = (key?: string) => api.call("get", "/v1/jobs", key);
  afterAll(() => api.close());

  test("is told in every reply, and ends in 429 with the time to wait", async () => {
    api = await open();
    const { key } = await api.makeKey({ ratePerMinute: 3 });
    for (const remaining of [2, 1, 0]) {
      const { headers } = await get(key).expect(200);
      expect(headers["ratelimit-policy"]).toBe('"key";q=3;w=60');
      expect(headers.ratelimit).toMatch(new RegExp(`^"key";r=${remaining};t=\\d+$`));
    }
    const { headers, body } = await get(key).expect(429);
    expect(body).toMatchObject({ code: "rate_limited" });
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

  test("comes from RATE_LIMIT_PER_MINUTE unless the key says otherwise", async () => {
    const { headers } = await get().expect(200);
    expect(headers["ratelimit-policy"]).toBe('"key";q=1234;w=60');
  });

  test("counts refused requests, too", async () => {
    const { key } = await api.makeKey({ ratePerMinute: 1, scopes: ["files:write"] });
    await get(key).expect(403);
    await get(key).expect(429);
  });
}

const env = { RATE_LIMIT_PER_MINUTE: "1234" };

describe("the limit of requests per minute, in memory", () => {
  limits(() => openTestApi({ env }));
});

describeOnRedis("the limit of requests per minute, in Redis", () => {
  limits(() => openTestApi({ env, backend: "redis" }));

  test("is one for all processes", async () => {
    const api = await openTestApi({ env, backend: "redis" });
    const { key } = await api.makeKey({ ratePerMinute: 1 });
    const stopping = new AbortController();
    const other = createApp(api.context, { stopping: stopping.signal });
    await api.call("get", "/v1/jobs", key).expect(200);
    await supertest(other).get("/v1/jobs").set("authorization", `Bearer ${key}`).expect(429);
    stopping.abort();
    await api.close();
  });
});

test("while Redis is away every process counts by itself, and nobody is refused for it", async () => {
  const api = await openTestApi({ env });
  const away = { ...api.context, env: { ...api.context.env, REDIS_URL: "redis://127.0.0.1:1" } };
  const stopping = new AbortController();
  const app = createApp(away, { stopping: stopping.signal });
  const { key } = await api.makeKey({ ratePerMinute: 1 });
  const get = () => supertest(app).get("/v1/jobs").set("authorization", `Bearer ${key}`);
  await get().expect(200);
  await get().expect(429);
  stopping.abort();
  await api.close();
});
