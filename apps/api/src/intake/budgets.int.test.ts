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

test("a retry beyond the budget, or beyond the job's own limit by now, is refused and leaves the job as it was", async () => {
  const { data } = (await api.call("get", "/v1/jobs?limit=1").expect(200)).body;
  const id = data[0].id as string;
  await api.call("post", `/v1/jobs/${id}/cancel`).expect(200);
  const retry = () => api.call("post", `/v1/jobs/${id}/retry`);
  await api.context.db.job.update({ where: { id }, data: { maxCostMicros: 4_999 } });
  expect((await retry().expect(402)).body).toMatchObject({ code: "cost_above_limit" });
  await api.context.db.job.update({ where: { id }, data: { maxCostMicros: null } });
  const who = { tenantId: api.tenant.id, apiKeyId: null };
  await setBudget(api.context.db, who, { period: "day", limitMicros: 6_000, now: new Date() });
  expect((await retry().expect(402)).body).toMatchObject({ code: "budget_exceeded", period: "day", limit: 0.006 });
  await setBudget(api.context.db, who, { period: "day", limitMicros: null, now: new Date() });
  expect((await api.call("get", `/v1/jobs/${id}`)).body.status).toBe("canceled");
  expect((await retry().expect(202)).body.status).toBe("queued");
});

test("the budgets of a key can be read", async () => {
  const { body } = await api.call("get", "/v1/budgets").expect(200);
  expect(body.data).toMatchObject([{ scope: "tenant", period: "month", limit_usd: 0.013 }]);
});
