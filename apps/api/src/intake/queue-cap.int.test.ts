import { retryAndFollow } from "@darkroom/core/retry-and-follow";
import { manualClock } from "@darkroom/testing/manual-clock";
import { afterAll, expect, test } from "vitest";
import { openTestApi } from "../testing/open-test-api.ts";

const clock = manualClock(new Date());
const api = await openTestApi({ clock, env: { TENANT_QUEUED_MAX: "3" } });
afterAll(() => api.close());

const job = { model: "fal-ai/z-image/turbo", input: { prompt: "a boat", image_size: "square" } };

test("the fourth waiting job of a tenant is refused with the cap, others' are not", async () => {
  await api
    .call("post", "/v1/jobs/batch")
    .send({ jobs: [job, job] })
    .expect(202);
  const first = await api.call("post", "/v1/jobs").set("idempotency-key", "third").send(job).expect(202);
  const before = await api.countAll();
  const quote = (key?: string) => api.call("post", "/v1/jobs?dry_run=true", key).send(job).expect(200);
  expect((await quote()).body).toMatchObject({ dry_run: true, queue_full: true });
  const { body, headers } = await api.call("post", "/v1/jobs").send(job).expect(429);
  expect(body).toMatchObject({ code: "queue_full", cap: 3, waiting: 3 });
  expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  expect(await api.countAll()).toEqual(before);
  const again = await api.call("post", "/v1/jobs").set("idempotency-key", "third").send(job).expect(202);
  expect(again.body.id).toBe(first.body.id);
  const other = await api.makeTenant();
  expect((await quote(other.key)).body).toMatchObject({ queue_full: false });
  await api.call("post", "/v1/jobs", other.key).send(job).expect(202);
});

test("repeats take no place in the line", async () => {
  const other = await api.makeTenant();
  const send = (key: string) => api.call("post", "/v1/jobs", other.key).set("idempotency-key", key).send(job);
  for (let repeat = 0; repeat < 5; repeat += 1) await send("one").expect(202);
  await send("two").expect(202);
  await send("three").expect(202);
  await send("four").expect(429);
});

test("a retry takes a place in the line like a create, and an operator's in any case", async () => {
  const { key, id: tenantId } = await api.makeTenant();
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { body } = await api.call("post", "/v1/jobs", key).send(job).expect(202);
    ids.push(body.id);
  }
  const [first, second] = ids as [string, string, string];
  const retry = (id: string) => api.call("post", `/v1/jobs/${id}/retry`, key);
  await api.call("post", `/v1/jobs/${first}/cancel`, key).expect(200);
  // A count is believed for some seconds.
  clock.advance(10_000);
  await api.call("post", "/v1/jobs", key).send(job).expect(202);
  const { body } = await retry(first).expect(429);
  expect(body).toMatchObject({ code: "queue_full", cap: 3, waiting: 3 });
  expect((await api.call("get", `/v1/jobs/${first}`, key)).body.status).toBe("canceled");
  // Not a matter of places.
  await retry(second).expect(409);
  await retry("job_unknown").expect(404);
  const operator = await retryAndFollow(api.context, { tenantId, jobId: first }, clock.now());
  expect(operator.outcome).toBe("queued");
});
