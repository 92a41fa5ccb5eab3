import { modelListSchema } from "@darkroom/contract/model-info";
import { models } from "@darkroom/contract/models/catalogue";
import { openDatabase } from "@darkroom/core/db/database";
import supertest from "supertest";
import { afterAll, describe, expect, test } from "vitest";
import { createApp } from "../../app.ts";
import { openTestApi } from "../../testing/open-test-api.ts";

const api = await openTestApi({
  env: { MODEL_PRICES: '{"fal-ai/z-image/turbo/inpaint":{"unit":"image","usd":0.03}}' },
});
afterAll(() => api.close());

describe("health", () => {
  test("ready says how the database and the queue are", async () => {
    const { body } = await supertest(api.app).get("/health/ready").expect(200);
    expect(body).toEqual({ status: "ok", database: "ok", queue: "ok" });
  });

  test("without its database the API is alive and not ready", async () => {
    const db = openDatabase({ url: "postgres://a:b@127.0.0.1:1/none", poolMax: 2, applicationName: "test" });
    const app = createApp({ ...api.context, db });
    expect((await supertest(app).get("/health/ready").expect(503)).body).toMatchObject({
      status: "unavailable",
      database: "unreachable",
    });
    await supertest(app).get("/health/live").expect(200);
  });

  test("without its queue the API is degraded and still takes jobs", async () => {
    const doorbell = {
      ...api.context.doorbell,
      waiting: () => Promise.reject(new Error("away")),
      ringDispatch: () => {},
    };
    const app = createApp({ ...api.context, doorbell });
    expect((await supertest(app).get("/health/ready").expect(200)).body).toEqual({
      status: "degraded",
      database: "ok",
      queue: "unreachable",
    });
    const body = { input: { prompt: "a", image_url: "https://example.com/a.png" } };
    await supertest(app).post("/v1/jobs").set("authorization", `Bearer ${api.tenant.key}`).send(body).expect(202);
  });

  test("a queue that does not answer does not hold up the probe", async () => {
    const doorbell = { ...api.context.doorbell, waiting: () => new Promise<number>(() => {}) };
    const app = createApp({ ...api.context, doorbell });
    expect((await supertest(app).get("/health/ready").expect(200)).body.queue).toBe("unreachable");
  });

  test("a process that stops is not ready any more", async () => {
    const stopping = AbortSignal.abort();
    const { body } = await supertest(createApp(api.context, { stopping })).get("/health/ready").expect(503);
    expect(body.status).toBe("stopping");
  });
});

test("metrics count requests by route pattern, never by path", async () => {
  await api.call("get", "/v1/jobs/job_1").expect(404);
  await api.call("get", "/elsewhere").expect(404);
  const { text, headers } = await supertest(api.app).get("/metrics").expect(200);
  expect(headers["content-type"]).toContain("text/plain");
  const counts = text.split("\n").filter((line) => line.startsWith("darkroom_http_request_seconds_count"));
  const has = (...labels: string[]) => counts.some((line) => labels.every((label) => line.includes(label)));
  expect(has('method="GET"', 'route="/v1/jobs/{id}"', 'status="404"')).toBe(true);
  expect(has('route="none"', 'status="404"')).toBe(true);
  expect(text).not.toContain("job_1");
});

describe("models", () => {
  test("are all listed, with schema, price and an example that is accepted", async () => {
    const { body } = await api.call("get", "/v1/models").expect(200);
    const { data } = modelListSchema.parse(body);
    expect(data.map((model) => model.id)).toEqual(models.map((model) => model.id));
    for (const { id, example, available } of data) {
      const answer = await api.call("post", "/v1/jobs?dry_run=true").send({ model: id, input: example });
      expect([id, answer.status]).toEqual([id, available ? 200 : 422]);
    }
  });

  test("are read by id, with its slashes plain or encoded", async () => {
    const id = "fal-ai/z-image/turbo/image-to-image";
    const { body } = await api.call("get", `/v1/models/${id}`).expect(200);
    expect(body).toMatchObject({
      id,
      available: true,
      price: { unit: "megapixel", usd: 0.005 },
      image_fields: ["image_url"],
      docs_url: `https://fal.ai/models/${id}`,
      input_schema: { type: "object", properties: { strength: { minimum: 0, maximum: 1, default: 0.6 } } },
    });
    expect((await api.call("get", `/v1/models/${encodeURIComponent(id)}`).expect(200)).body).toEqual(body);
    await api.call("get", "/v1/models/fal-ai/nonesuch").expect(404);
  });

  test("show the operator's own prices", async () => {
    const { body } = await api.call("get", "/v1/models/fal-ai/z-image/turbo/inpaint").expect(200);
    expect(body).toMatchObject({ available: true, price: { unit: "image", usd: 0.03 } });
  });
});

test("the root says where to read on", async () => {
  expect((await supertest(api.app).get("/").expect(200)).body).toMatchObject({
    docs: "/docs",
    openapi: "/openapi.json",
  });
});
