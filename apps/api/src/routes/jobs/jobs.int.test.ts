import type { Job, JobList } from "@darkroom/contract/jobs";
import type { Timeline } from "@darkroom/contract/timeline";
import { recordCopied, recordStored } from "@darkroom/core/jobs/record-copy";
import { recordFalResult } from "@darkroom/core/jobs/record-fal-result";
import { endJob } from "@darkroom/core/jobs/transition";
import { keepReceipt } from "@darkroom/core/keep-receipt";
import { imageExtensions } from "@darkroom/core/storage/image-types";
import { outputKey } from "@darkroom/core/storage/keys";
import { putObject } from "@darkroom/core/storage/put-object";
import { makeJob } from "@darkroom/testing/make-job";
import { manualClock } from "@darkroom/testing/manual-clock";
import supertest from "supertest";
import { afterAll, describe, expect, test } from "vitest";
import { attemptJob, makeAttempt, type TestAttempt } from "../../testing/make-attempt.ts";
import { openTestApi, type TestTenant } from "../../testing/open-test-api.ts";
import { dataUriOf, pngOf } from "../../testing/pictures.ts";

const clock = manualClock(new Date("2026-06-01T12:00:00Z"));
const api = await openTestApi({ clock });
afterAll(() => api.close());
const { db, storage } = api.context;

const input = { prompt: "a quiet harbour at dawn", image_url: "https://example.com/in.png" };
const missing = "job_01k9x4v0q8e2tbn6s5z1r7h3cd";

/** Takes an attempt to its end as the worker would: answer, copy, success. `body` is fal's answer. */
async function succeed(attempt: TestAttempt, body = Buffer.from(`{"of":"${attempt.requestId}"}`)): Promise<void> {
  const now = clock.now();
  const job = await db.job.findUniqueOrThrow({ where: { id: attempt.jobId } });
  const receipt = {
    ...(await keepReceipt({ db, storage }, job.id, body, { now })),
    source: "webhook",
    requestId: attempt.requestId,
    gatewayRequestId: null,
    headers: {},
    billableUnits: null,
  } as const;
  const images = [{ url: "https://v3.fal.media/files/a/one.png", nsfw: false }];
  const answer = { kind: "images", images, seed: 42, costMicros: 3_933 } as const;
  await recordFalResult(db, { job, attemptId: attempt.attemptId, answer, receipt, now, jitter: 0 });
  const output = await db.output.findFirstOrThrow({ where: { jobId: job.id } });
  const key = outputKey({ tenantId: job.tenantId, jobId: job.id, outputId: output.id }, imageExtensions["image/png"]);
  await putObject(storage, { key, bytes: pngOf(64, 48), contentType: "image/png" });
  const facts = { contentType: "image/png", width: 64, height: 48, bytes: 67, sha256: "ab".repeat(32) };
  await recordStored(db, { id: output.id, key, ...facts }, now);
  await recordCopied(db, job.id, { costMicros: 3_933, now });
}

const cancelNow = (jobId: string) =>
  endJob(db, { jobId, ending: { to: "canceled", charged: "no", error: null }, now: clock.now() });

describe("reading a job", () => {
  test("shows its images, cost and times once it has succeeded", async () => {
    const attempt = await makeAttempt(api);
    await succeed(attempt);
    const { body } = await api.call("get", `/v1/jobs/${attempt.jobId}`).expect(200);
    const job = body as Job;
    expect(job).toMatchObject({
      status: "succeeded",
      charged: "yes",
      cost_usd: 0.003933,
      seed: 42,
      attempts: 1,
      error: null,
    });
    expect(job.outputs).toMatchObject([
      { content_type: "image/png", width: 64, height: 48, bytes: 67, nsfw: false, expires_at: null },
    ]);
    await supertest(api.app)
      .get(new URL(job.outputs[0]?.url ?? "").pathname + new URL(job.outputs[0]?.url ?? "").search)
      .expect(302);
  });

  test.each(["%00", "a%00b", "job_%F0%9F%98%80", "x".repeat(5_000)])("an id like %.20s is no surprise", async (id) => {
    const { status } = await api.call("get", `/v1/jobs/${id}`);
    expect([404, 422]).toContain(status);
  });

  test("another tenant's job answers exactly like one that never was, on every route", async () => {
    const attempt = await makeAttempt(api);
    const other = await api.makeTenant();
    for (const [method, suffix] of [
      ["get", ""],
      ["post", "/cancel"],
      ["post", "/retry"],
      ["delete", ""],
      ["get", "/timeline"],
      ["get", "/stream"],
    ] as const) {
      const foreign = await api.call(method, `/v1/jobs/${attempt.jobId}${suffix}`, other.key).expect(404);
      const never = await api.call(method, `/v1/jobs/${missing}${suffix}`, other.key).expect(404);
      const common = ({ body }: supertest.Response) => ({ ...body, instance: "", request_id: "" });
      expect(common(foreign)).toEqual(common(never));
      expect(Object.keys(foreign.headers).sort()).toEqual(Object.keys(never.headers).sort());
    }
    expect((await db.job.findUniqueOrThrow({ where: { id: attempt.jobId } })).state).toBe("submitted");
  });
});

describe("listing jobs", () => {
  test("pages through all of them, newest first, each once, although others come meanwhile", async () => {
    const tenant = await api.makeTenant();
    const made: string[] = [];
    for (let index = 0; index < 7; index += 1) made.push((await makeJob(db, tenant.id, clock.now())).id);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { body } = await list(tenant, `?limit=3${cursor && `&cursor=${cursor}`}`);
      expect(body.data.length).toBeLessThanOrEqual(3);
      seen.push(...body.data.map((job) => job.id));
      cursor = body.next_cursor;
      await makeJob(db, tenant.id, clock.now());
    }
    expect(seen).toEqual(made.sort().reverse());
  });

  test("filters by status, model, tag, error, batch, time and metadata, joined by and", async () => {
    const tenant = await api.makeTenant();
    const at = clock.now();
    const plain = await makeJob(db, tenant.id, at);
    const tagged = await makeJob(db, tenant.id, at, { tags: ["red", "blue"], metadata: { order: "7", line: "a" } });
    const turbo = await makeJob(db, tenant.id, at, { model: "fal-ai/z-image/turbo", batchId: "bat_1" });
    const canceled = await makeJob(db, tenant.id, clock.advance(1_000), { tags: ["red"] });
    await cancelNow(canceled.id);
    const ids = async (query: string) => (await list(tenant, query)).body.data.map((job) => job.id).sort();
    const all = [plain.id, tagged.id, turbo.id, canceled.id].sort();
    expect(await ids("")).toEqual(all);
    expect(await ids("?status=canceled")).toEqual([canceled.id]);
    expect(await ids("?status=canceled&status=queued")).toEqual(all);
    expect(await ids("?model=fal-ai/z-image/turbo")).toEqual([turbo.id]);
    expect(await ids("?tag=red")).toEqual([tagged.id, canceled.id].sort());
    expect(await ids("?tag=red&status=queued")).toEqual([tagged.id]);
    expect(await ids("?batch_id=bat_1")).toEqual([turbo.id]);
    expect(await ids("?metadata.order=7")).toEqual([tagged.id]);
    expect(await ids("?metadata.order=7&metadata.line=b")).toEqual([]);
    expect(await ids(`?created_after=${at.toISOString()}`)).toEqual([canceled.id]);
    expect(await ids(`?created_before=${clock.now().toISOString()}`)).toEqual([plain.id, tagged.id, turbo.id].sort());
    expect(await ids("?error_code=fal_error")).toEqual([]);
  });

  test.each([
    ["?limit=0", "query/limit", /at least 1; got "0"/],
    ["?limit=201", "query/limit", /at most 200/],
    ["?limit=many", "query/limit", /a number/],
    ["?cursor=nonsense", "query/cursor", /next_cursor/],
    [`?cursor=${Buffer.from("job_' or 1=1").toString("base64url")}`, "query/cursor", /next_cursor/],
    ["?status=done", "query/status/0", /one of queued/],
    ["?created_after=yesterday", "query/created_after", /a time like/],
    ["?colour=red", "query/colour", /not a field/],
    ["?error_code=x", "query/error_code", /one of/],
    ["?tag=a%00b", "query/tag", /U\+0000/],
    ["?metadata.a=%00", "query/metadata/a", /U\+0000/],
    ["?created_before=0000-01-01T00:00:00Z", "query/created_before", /years 2000/],
  ])("refuses %s", async (query, pointer, message) => {
    const { body } = await api.call("get", `/v1/jobs${query}`).expect(422);
    expect(body).toMatchObject({ code: "invalid_input" });
    expect(body.errors[0].pointer).toBe(pointer);
    expect(body.errors[0].message).toMatch(message);
  });

  async function list(tenant: TestTenant, query: string) {
    const answer = await api.call("get", `/v1/jobs${query}`, tenant.key).expect(200);
    return { body: answer.body as JobList };
  }
});

describe("canceling", () => {
  test("ends a queued job at once and releases its money", async () => {
    const job = await makeJob(db, api.tenant.id, clock.now());
    const { body } = await api.call("post", `/v1/jobs/${job.id}/cancel`).expect(200);
    expect(body).toMatchObject({ status: "canceled", charged: "no", cost_usd: 0 });
    const spend = await db.spendEntry.findMany({ where: { jobId: job.id }, orderBy: { id: "asc" } });
    expect(spend.map((entry) => entry.kind)).toEqual(["reserve", "release"]);
  });

  test("asks fal to stop where fal has the job, and says so", async () => {
    const attempt = await makeAttempt(api);
    const before = await api.context.doorbell.waiting("check-job");
    const { body } = await api.call("post", `/v1/jobs/${attempt.jobId}/cancel`).expect(202);
    expect(body).toMatchObject({ status: "processing", cancel_requested_at: clock.now().toISOString() });
    expect(await api.context.doorbell.waiting("check-job")).toBe(before + 1);
  });

  test("is refused when the job has ended, or its images are being stored", async () => {
    const attempt = await makeAttempt(api);
    await succeed(attempt);
    const { body } = await api.call("post", `/v1/jobs/${attempt.jobId}/cancel`).expect(409);
    expect(body).toMatchObject({ code: "job_already_final" });
  });
});

describe("retrying", () => {
  test("opens a canceled job again and reserves anew", async () => {
    const job = await makeJob(db, api.tenant.id, clock.now());
    await cancelNow(job.id);
    const { body } = await api.call("post", `/v1/jobs/${job.id}/retry`).expect(202);
    expect(body).toMatchObject({ status: "queued", charged: null, cost_usd: null, finished_at: null });
    expect(await db.spendEntry.count({ where: { jobId: job.id } })).toBe(3);
  });

  test("is refused for a job that is open, has succeeded or was erased", async () => {
    const open = await makeJob(db, api.tenant.id, clock.now());
    const erased = await makeJob(db, api.tenant.id, clock.now());
    await cancelNow(erased.id);
    await api.call("delete", `/v1/jobs/${erased.id}`).expect(200);
    for (const { id } of [open, erased]) {
      const { body } = await api.call("post", `/v1/jobs/${id}/retry`).expect(409);
      expect(body.code).toBe("job_not_retryable");
    }
  });
});

describe("erasing", () => {
  test("leaves a tombstone, and nothing of prompt, pictures and fal's answers in rows or storage", async () => {
    const before = await api.countAll();
    const created = await api.call("post", "/v1/jobs").send({ input: { ...input, image_url: dataUriOf(pngOf(8, 8)) } });
    const { id } = created.body as Job;
    const attempt = await attemptJob(api, id);
    // Large enough to be kept in storage.
    await succeed(attempt, Buffer.alloc(70_000, " "));
    const job = (await api.call("get", `/v1/jobs/${id}`)).body as Job;
    expect((await api.countAll()).objects).toBe((before.objects ?? 0) + 3);

    const { body } = await api.call("delete", `/v1/jobs/${id}`).expect(200);
    expect(body).toMatchObject({
      id,
      status: "succeeded",
      input: null,
      outputs: [],
      seed: null,
      cost_usd: 0.003933,
      deleted_at: clock.now().toISOString(),
    });
    expect((await api.call("get", `/v1/jobs/${id}`)).body).toEqual(body);
    expect((await api.countAll()).objects).toBe(before.objects);
    expect(await db.job.findUniqueOrThrow({ where: { id } })).toMatchObject({ input: null });
    expect(await db.output.count({ where: { jobId: id } })).toBe(0);
    expect(await db.falReceipt.findMany({ where: { attemptId: attempt.attemptId } })).toMatchObject([
      { body: null, bodyKey: null },
    ]);
    expect(await db.file.findMany({ where: { id: job.input?.image_url as string } })).toMatchObject([
      { erasedAt: clock.now() },
    ]);
    const link = new URL(job.outputs[0]?.url ?? "");
    await supertest(api.app)
      .get(link.pathname + link.search)
      .expect(404);
    await api.call("get", `/v1/files/${job.input?.image_url}`).expect(404);
    const [event] = await db.event.findMany({ where: { jobId: id } });
    expect(event?.data).toMatchObject({ id, tags: [], metadata: null, seed: null, outputs: [] });
    const leftovers = await db.timelineEntry.findMany({ where: { jobId: id } });
    expect(JSON.stringify(leftovers.map(({ data }) => data))).not.toContain("reason");
    // Asked again, e.g. because the answer was lost.
    expect((await api.call("delete", `/v1/jobs/${id}`).expect(200)).body).toEqual(body);
    expect(await db.timelineEntry.count({ where: { jobId: id, kind: "job.erased" } })).toBe(1);
  });

  test("spares uploaded files, which other jobs may use", async () => {
    const file = await api.call("post", "/v1/files").set("content-type", "image/png").send(pngOf(8, 8));
    const created = await api.call("post", "/v1/jobs").send({ input: { ...input, image_url: file.body.id } });
    await cancelNow(created.body.id);
    await api.call("delete", `/v1/jobs/${created.body.id}`).expect(200);
    await api.call("get", `/v1/files/${file.body.id}`).expect(302);
  });

  test("is refused while the job is open", async () => {
    const job = await makeJob(db, api.tenant.id, clock.now());
    const { body } = await api.call("delete", `/v1/jobs/${job.id}`).expect(409);
    expect(body.code).toBe("job_not_final");
    expect((await db.job.findUniqueOrThrow({ where: { id: job.id } })).input).not.toBeNull();
  });
});

test("the timeline tells everything that happened, in order", async () => {
  const attempt = await makeAttempt(api);
  await succeed(attempt);
  const { body } = await api.call("get", `/v1/jobs/${attempt.jobId}/timeline`).expect(200);
  const { data } = body as Timeline;
  expect(data.map((entry) => entry.kind)).toEqual([
    "job.queued",
    "job.submitting",
    "attempt.accepted",
    "job.copying",
    "job.succeeded",
  ]);
  expect(data.map((entry) => entry.seq)).toEqual(data.map((entry) => entry.seq).sort((a, b) => a - b));
});
