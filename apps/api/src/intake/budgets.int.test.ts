import { setBudget } from "@darkroom/core/spend/set-budget";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi } from "../testing/open-test-api.ts";

const api = await openTestApi();
afterAll(() => api.close());

const job = { model: "fal-ai/z-image/turbo", input: { prompt: "a boat", image_size: { width: 1000, height: 1000 } } };

beforeAll(async () => {
  const who = { tenantId: api.tenant.id, apiKeyId: null };
  // Room for two and a half.
  await setBudget(api.context.db, who, { period: "month", limitMicros: 13_000, now: new Date() });
});

const post = (path: string, body: object) => api.call("post", path).send(body);

test("a batch becomes what fits, and each other item says why it does not", async () => {
  const { body } = await post("/v1/jobs/batch", { jobs: [job, job, job] }).expect(202);
  expect(body).toMatchObject({ accepted: 2, refused: 1 });
  expect(body.data[2]).toMatchObject({ status: 402, job: null, problem: { code: "budget_exceeded", period: "month" } });
});

test("a create beyond the budget is 402 with limit, used and when it begins anew, and makes nothing", async () => {
  const before = await api.countAll();
  const { body } = await post("/v1/jobs", job).expect(402);
  expect(body).toMatchObject({ code: "budget_exceeded", scope: "tenant", limit: 0.013 });
  expect(body.used).toBeGreaterThan(0.0099);
  expect(new Date(body.resets_at).getTime()).toBeGreaterThan(Date.now());
  expect(await api.countAll()).toEqual(before);
});

test("the budgets of a key can be read", async () => {
  const { body } = await api.call("get", "/v1/budgets").expect(200);
  expect(body.data).toMatchObject([{ scope: "tenant", period: "month", limit_usd: 0.013 }]);
});
