import { afterAll, expect, test } from "vitest";
import { openTestApi } from "../testing/open-test-api.ts";

const api = await openTestApi({ env: { TENANT_QUEUED_MAX: "3" } });
afterAll(() => api.close());

const job = { model: "fal-ai/z-image/turbo", input: { prompt: "a boat", image_size: "square" } };

test("the fourth waiting job of a tenant is refused with the cap, others' are not", async () => {
  await api
    .call("post", "/v1/jobs/batch")
    .send({ jobs: [job, job] })
    .expect(202);
  await api.call("post", "/v1/jobs").send(job).expect(202);
  const before = await api.countAll();
  const { body, headers } = await api.call("post", "/v1/jobs").send(job).expect(429);
  expect(body).toMatchObject({ code: "queue_full", cap: 3, waiting: 3 });
  expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  expect(await api.countAll()).toEqual(before);
  const other = await api.makeTenant();
  await api.call("post", "/v1/jobs", other.key).send(job).expect(202);
});
