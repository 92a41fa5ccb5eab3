import { newId } from "@darkroom/core/ids";
import { recordCopied } from "@darkroom/core/jobs/record-copy";
import { setBudget } from "@darkroom/core/spend/set-budget";
import { outputKey } from "@darkroom/core/storage/keys";
import { putObject } from "@darkroom/core/storage/put-object";
import { afterAll, expect, test } from "vitest";
import { openTestApi } from "../testing/open-test-api.ts";
import { dataUriOf, pngOf } from "../testing/pictures.ts";

const api = await openTestApi();
afterAll(() => api.close());
const { db, storage } = api.context;

const picture = dataUriOf(pngOf(64, 48));
const job = (prompt: string, more: object = {}) => ({ input: { prompt, image_url: picture }, reuse: "24h", ...more });
const post = (body: object, path = "/v1/jobs") => api.call("post", path).send(body);

/** fal and the copy have done their part. */
async function succeed(jobId: string): Promise<void> {
  const now = new Date();
  const ids = { tenantId: api.tenant.id, jobId, outputId: newId("out") };
  const key = outputKey(ids, "png");
  await putObject(storage, { key, bytes: pngOf(8, 8), contentType: "image/png" });
  await db.job.update({ where: { id: jobId }, data: { state: "copying", queueAt: null, dueAt: now } });
  const stored = { key, contentType: "image/png", width: 8, height: 8, bytes: 3n, sha256: "x", storedAt: now };
  const { outputId: id, tenantId } = ids;
  await db.output.create({ data: { id, jobId, tenantId, index: 0, createdAt: now, ...stored } });
  await recordCopied(db, jobId, { costMicros: 4_000, now });
}

test("the second of two identical jobs is answered with the first one's image, free of charge, and keeps it when that is deleted", async () => {
  const first = (await post(job("a boat")).expect(202)).body;
  expect(first).toMatchObject({ status: "queued", reused_from: null });
  await succeed(first.id);
  const { body: quote } = await post(job("a boat"), "/v1/jobs?dry_run=true").expect(200);
  expect(quote.reused_from).toBe(first.id);
  const second = (await post(job("a boat")).expect(200)).body;
  expect(second).toMatchObject({ status: "succeeded", reused_from: first.id, charged: "no", cost_usd: 0, attempts: 0 });
  expect(second.outputs).toHaveLength(1);
  await api.call("delete", `/v1/jobs/${first.id}`).expect(200);
  const { headers } = await api.call("get", `/v1/outputs/${second.outputs[0].id}`).expect(302);
  expect((await fetch(headers.location!)).status).toBe(200);
  expect((await api.call("get", `/v1/jobs/${first.id}`)).body).toMatchObject({ input: null, outputs: [] });
  await api.call("delete", `/v1/jobs/${second.id}`).expect(200);
  expect((await fetch(headers.location!)).status).toBe(404);
});

test("while the first one is under way the second waits for it, and says so", async () => {
  const { body: batch } = await post({ jobs: [job("two boats"), job("two boats"), job("one boat")] }, "/v1/jobs/batch");
  const [leader, follower, other] = batch.data.map((item: { job: { id: string } }) => item.job);
  expect([leader.reused_from, follower.reused_from, other.reused_from]).toEqual([null, leader.id, null]);
  const { body } = await api.call("get", `/v1/jobs/${follower.id}/explain`).expect(200);
  expect(body).toMatchObject({
    sentence: `Waits for job ${leader.id}, which has the same input, to finish; then it gets its images, free of charge.`,
    holds: [{ kind: "same_input", job_id: leader.id }],
    estimated_start_at: null,
  });
  await api.call("post", `/v1/jobs/${leader.id}/cancel`).expect(200);
  expect((await api.call("get", `/v1/jobs/${follower.id}`)).body).toMatchObject({
    status: "queued",
    reused_from: null,
  });
});

test("a job that was made without reuse is found once it has succeeded", async () => {
  const { body: plain } = await post(job("a plain boat", { reuse: undefined })).expect(202);
  await succeed(plain.id);
  const { body: second } = await post(job("a plain boat")).expect(200);
  expect(second).toMatchObject({ status: "succeeded", reused_from: plain.id, cost_usd: 0 });
  await api.call("delete", `/v1/jobs/${plain.id}`).expect(200);
  const { headers } = await api.call("get", `/v1/outputs/${second.outputs[0].id}`).expect(302);
  expect((await fetch(headers.location!)).status).toBe(200);
});

test("without reuse nothing is shared, and it is not for a picture by URL, nor for later", async () => {
  const { body: plain } = await post(job("three boats", { reuse: undefined })).expect(202);
  const { body: asking } = await post(job("three boats")).expect(202);
  expect([plain.reused_from, asking.reused_from]).toEqual([null, null]);
  const byUrl = { input: { prompt: "x", image_url: "https://example.com/a.png" }, reuse: "24h" };
  const { body } = await post(byUrl).expect(422);
  expect(body).toMatchObject({
    code: "invalid_input",
    errors: [{ pointer: "/input/image_url", code: "content_unknown" }],
  });
  for (const reuse of ["24", "0h", "31d", "1w", "soon"]) {
    expect((await post(job("x", { reuse })).expect(422)).body.errors).toMatchObject([{ pointer: "/reuse" }]);
  }
  const later = job("x", { run_at: new Date(Date.now() + 60_000).toISOString() });
  expect((await post(later).expect(422)).body.errors).toMatchObject([{ pointer: "/reuse" }]);
});

test("a repeat by its Idempotency-Key is the same job; a refusal by the budget leaves nothing", async () => {
  const send = () => post(job("four boats")).set("idempotency-key", "four");
  const { body: made } = await send().expect(202);
  const { body: again, headers } = await send().expect(202);
  expect([again.id, headers["idempotent-replayed"]]).toEqual([made.id, "true"]);
  const who = { tenantId: api.tenant.id, apiKeyId: null };
  await setBudget(db, who, { period: "day", limitMicros: 1, now: new Date() });
  // Known to have a budget some seconds from now; a new key at once.
  const { key } = await api.makeKey({});
  const before = await db.reuse.count();
  await api.call("post", "/v1/jobs", key).send(job("five boats")).expect(402);
  expect(await db.reuse.count()).toBe(before);
  await setBudget(db, who, { period: "day", limitMicros: null, now: new Date() });
});
