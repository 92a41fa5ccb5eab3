import { readFile } from "node:fs/promises";
import { auditListSchema } from "@darkroom/contract/admin/audit";
import { bulkCountSchema, bulkSchema } from "@darkroom/contract/admin/bulk";
import { adminDeliveryDetailSchema, adminEndpointListSchema } from "@darkroom/contract/admin/endpoints";
import { adminJobDetailSchema } from "@darkroom/contract/admin/job-detail";
import { adminJobListSchema } from "@darkroom/contract/admin/jobs";
import { adminApiKeyListSchema } from "@darkroom/contract/admin/keys";
import { overviewSchema } from "@darkroom/contract/admin/overview";
import { queueStateSchema } from "@darkroom/contract/admin/queue";
import { spendReportSchema } from "@darkroom/contract/admin/spend";
import { adminTenantDetailSchema, adminTenantListSchema } from "@darkroom/contract/admin/tenants";
import { outputKey } from "@darkroom/core/storage/keys";
import { putObject } from "@darkroom/core/storage/put-object";
import { makeEndpoint } from "@darkroom/testing/make-endpoint";
import { makeJob } from "@darkroom/testing/make-job";
import { afterAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { logInAs, type TestAdmin } from "../../testing/log-in-as.ts";
import { makeAttempt } from "../../testing/make-attempt.ts";
import { openTestApi } from "../../testing/open-test-api.ts";

const api = await openTestApi({ env: { MODEL_PRICES: "" } });
afterAll(() => api.close());
const { context } = api;
const { db, clock } = context;
const admin = await logInAs(api, "admin", { payloads: true });
const viewer = await logInAs(api, "viewer");

/** The answer, if it is as the contract says: nothing more and nothing less. */
async function read<Schema extends z.ZodType>(who: TestAdmin, path: string, schema: Schema): Promise<z.output<Schema>> {
  const { body } = await who.call("get", `/admin/api${path}`).expect(200);
  expect(schema.parse(body)).toEqual(body);
  return body as z.output<Schema>;
}

const picture = await readFile(new URL("../../../../../examples/mountain-lake.jpg", import.meta.url));
const secret = "a harbour nobody may read of";
const newJob = (changes = {}) =>
  makeJob(db, api.tenant.id, clock.now(), { input: { prompt: secret, num_images: 1 }, ...changes });

/** A succeeded job with one real picture. */
async function makeSucceeded() {
  const attempt = await makeAttempt(api, { job: { input: { prompt: secret } } });
  const now = clock.now();
  const ids = { tenantId: api.tenant.id, jobId: attempt.jobId, outputId: `out_${attempt.jobId.slice(4)}` };
  const key = outputKey(ids, "jpg");
  await putObject(context.storage, { key, bytes: picture, contentType: "image/jpeg" });
  await db.output.create({
    data: {
      ...{ id: ids.outputId, jobId: ids.jobId, tenantId: ids.tenantId, index: 0, key },
      ...{ contentType: "image/jpeg", width: 8, height: 8, bytes: picture.length, sha256: "0".repeat(64) },
      ...{ sourceUrl: "https://v3.fal.media/files/x.png", createdAt: now, storedAt: now },
    },
  });
  await db.job.update({
    where: { id: attempt.jobId },
    data: { state: "succeeded", dueAt: null, charged: "yes", costMicros: 4_000n, generatedAt: now, finishedAt: now },
  });
  return { ...attempt, outputId: ids.outputId, key };
}

describe("jobs", () => {
  test("are listed without payloads but for who may see them", async () => {
    const { jobId } = await makeSucceeded();
    const mine = await read(admin, "/jobs", adminJobListSchema);
    expect(mine.data[0]).toMatchObject({ id: jobId, prompt_excerpt: secret, images: 1, cost_usd: 0.004 });
    const plain = await viewer.call("get", "/admin/api/jobs").expect(200);
    expect(plain.text).not.toContain(secret);
    expect(plain.text).not.toContain("thumbnail");
  });

  test("are found by an id of theirs by anybody, by their prompt only by some", async () => {
    const { jobId, requestId, outputId } = await makeSucceeded();
    for (const q of [jobId, requestId, outputId]) {
      const found = await read(viewer, `/jobs?q=${q}`, adminJobListSchema);
      expect(found.data.map(({ id }) => id)).toEqual([jobId]);
    }
    expect((await viewer.call("get", "/admin/api/jobs?q=harbour").expect(403)).body.code).toBe("payloads_hidden");
    const found = await read(admin, "/jobs?q=HARBOUR%20nobody&limit=1", adminJobListSchema);
    expect(found).toMatchObject({ data: [{ id: jobId }], searched: { complete: false } });
    expect((await read(admin, "/jobs?q=att_01k9x4v0q8e2tbn6s5z1r7h3cd", adminJobListSchema)).data).toEqual([]);
  });

  test("are paged, and wrong cursors refused", async () => {
    await Promise.all([newJob(), newJob(), newJob()]);
    const first = await read(admin, "/jobs?limit=2&status=queued", adminJobListSchema);
    const second = await read(admin, `/jobs?limit=2&status=queued&cursor=${first.next_cursor}`, adminJobListSchema);
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(
      first.data.length + second.data.length,
    );
    await admin.call("get", "/admin/api/jobs?cursor=nonsense").expect(422);
    await admin.call("get", "/admin/api/jobs?status=nonsense").expect(422);
  });

  test("have a page with everything that happened", async () => {
    const { jobId, outputId, requestId } = await makeSucceeded();
    const detail = await read(admin, `/jobs/${jobId}`, adminJobDetailSchema);
    expect(detail).toMatchObject({
      can: { retry: false, cancel: false, delete: true },
      outputs: [{ id: outputId, url: `/admin/api/outputs/${outputId}`, source_host: "v3.fal.media" }],
      attempts: [{ number: 1, request_id: requestId, outcome: "accepted" }],
      spend: [{ kind: "reserve", amount_usd: 0.005 }],
      job: { input: { prompt: secret } },
    });
    expect(detail.curl).toContain(secret);
    expect(detail.waterfall.map(({ lane }) => lane)).toEqual(["waiting", "submitting", "fal"]);
    const plain = await viewer.call("get", `/admin/api/jobs/${jobId}`).expect(200);
    expect(adminJobDetailSchema.parse(plain.body)).toEqual(plain.body);
    expect(plain.text).not.toContain(secret);
    expect(plain.body.outputs[0].url).toBeUndefined();
    await viewer.call("get", "/admin/api/jobs/job_none").expect(404);
  });

  test("are canceled, retried and erased, and it is written down on their page", async () => {
    const job = await newJob();
    const act = (verb: string) => admin.call("post", `/admin/api/jobs/${job.id}/${verb}`);
    expect((await act("cancel").expect(200)).body).toMatchObject({ outcome: "canceled", job: { status: "canceled" } });
    expect((await act("cancel").expect(409)).body.code).toBe("job_already_final");
    expect((await act("retry").expect(200)).body).toMatchObject({ outcome: "queued", job: { status: "queued" } });
    await act("cancel").expect(200);
    await admin.call("delete", `/admin/api/jobs/${job.id}`).expect(200);
    expect((await act("retry").expect(409)).body.code).toBe("job_not_retryable");
    const detail = await read(admin, `/jobs/${job.id}`, adminJobDetailSchema);
    expect(detail.audit.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      ...["job.retry refused", "job.delete done", "job.cancel done", "job.retry done"],
      ...["job.cancel refused", "job.cancel done"],
    ]);
    expect(detail.job).toMatchObject({ deleted: true, input: null });
    const audit = await read(viewer, `/audit?target_id=${job.id}&limit=2`, auditListSchema);
    expect(audit.data).toHaveLength(2);
    const tenant = await db.tenant.findUniqueOrThrow({
      where: { id: api.tenant.id },
      select: { id: true, name: true },
    });
    expect(audit.data[0]).toMatchObject({ actor: { kind: "user", name: admin.email }, tenant });
  });
});

describe("pictures", () => {
  test("come through the API, small ones made once, and only for who may see them", async () => {
    const { outputId, jobId, key } = await makeSucceeded();
    const path = `/admin/api/outputs/${outputId}`;
    const whole = await admin.call("get", path).buffer(true).expect(200);
    expect([whole.headers["content-type"], whole.headers["cache-control"]]).toEqual([
      "image/jpeg",
      "private, max-age=600",
    ]);
    const [one, two] = await Promise.all([0, 1].map(() => admin.call("get", `${path}/thumbnail`).expect(200)));
    expect(one?.headers["content-type"]).toBe("image/webp");
    expect(two?.body).toEqual(one?.body);
    const row = await db.output.findUniqueOrThrow({ where: { id: outputId } });
    expect(row.thumbKey).toBe(`${key}.thumb.webp`);
    await viewer.call("get", path).expect(403);
    await viewer.call("get", `${path}/thumbnail`).expect(403);
    await admin.call("delete", `/admin/api/jobs/${jobId}`).expect(200);
    await admin.call("get", `${path}/thumbnail`).expect(404);
  });

  test("that are none have no thumbnail", async () => {
    const { outputId, key } = await makeSucceeded();
    await putObject(context.storage, { key, bytes: Buffer.from("no picture"), contentType: "image/png" });
    await admin.call("get", `/admin/api/outputs/${outputId}/thumbnail`).expect(404);
    await admin.call("get", `/admin/api/outputs/${outputId}/thumbnail`).expect(404);
  });
});

describe("tenants", () => {
  test("are made, changed and given keys and budgets", async () => {
    const made = await admin.call("post", "/admin/api/tenants").send({ name: "acme", weight: 3 }).expect(201);
    const { id } = made.body.tenant;
    expect((await admin.call("post", "/admin/api/tenants").send({ name: "acme" }).expect(409)).body.code).toBe(
      "name_taken",
    );
    const changed = await admin
      .call("patch", `/admin/api/tenants/${id}`)
      .send({ paused: true, in_flight_max: 2 })
      .expect(200);
    expect(changed.body.tenant).toMatchObject({ weight: 3, in_flight_max: 2, paused_at: expect.any(String) });
    const { body } = await admin.call("post", `/admin/api/tenants/${id}/keys`).send({ name: "web" }).expect(201);
    await api.call("get", "/v1/jobs", body.key).expect(200);
    const budget = { period: "day", limit_usd: 1.5 };
    await admin.call("post", `/admin/api/tenants/${id}/budgets`).send(budget).expect(200);
    const keyBudget = { ...budget, api_key_id: body.api_key.id };
    const budgets = await admin.call("post", `/admin/api/tenants/${id}/budgets`).send(keyBudget).expect(200);
    expect(budgets.body.data).toHaveLength(2);
    await admin
      .call("post", `/admin/api/tenants/${id}/budgets`)
      .send({ ...budget, api_key_id: "key_other" })
      .expect(404);
    const removed = await admin
      .call("post", `/admin/api/tenants/${id}/budgets`)
      .send({ ...budget, limit_usd: null })
      .expect(200);
    expect(removed.body.data).toHaveLength(1);
    await admin.call("delete", `/admin/api/keys/${body.api_key.id}`).expect(200);
    const keys = await read(viewer, `/tenants/${id}/keys`, adminApiKeyListSchema);
    expect(keys.data[0]?.revoked_at).not.toBeNull();
    const entries = JSON.stringify(await db.auditEntry.findMany({ where: { tenantId: id } }));
    expect(entries).not.toContain(body.key);
  });

  test("are listed by name, from where the last page ended", async () => {
    const first = await read(viewer, "/tenants?limit=1", adminTenantListSchema);
    const second = await read(viewer, `/tenants?limit=1&cursor=${first.next_cursor}`, adminTenantListSchema);
    expect(first.data[0]!.name < (second.data[0]?.name ?? "")).toBe(true);
    expect((await read(viewer, "/tenants?q=ACM", adminTenantListSchema)).data).toMatchObject([{ name: "acme" }]);
    await newJob();
    const detail = await read(viewer, `/tenants/${api.tenant.id}`, adminTenantDetailSchema);
    expect(detail.backlog?.waiting.count).toBeGreaterThan(0);
  });
});

describe("the queue", () => {
  test("is shown, paused, resumed and rebuilt", async () => {
    await newJob();
    const state = await read(viewer, "/queue", queueStateSchema);
    expect(state).toMatchObject({ backend: "postgres", now: { dispatch_paused_at: null } });
    expect(state.now.waiting.count).toBeGreaterThan(0);
    expect(state.lanes.length).toBeGreaterThan(0);
    await admin.call("post", "/admin/api/queue/pause").expect(200);
    expect((await read(viewer, "/queue", queueStateSchema)).now.dispatch_paused_at).not.toBeNull();
    const overview = await read(viewer, "/overview", overviewSchema);
    expect(overview.health.findings.map(({ code }) => code)).toContain("dispatch_paused");
    await admin.call("post", "/admin/api/queue/resume").expect(200);
    const rebuilt = await admin.call("post", "/admin/api/queue/rebuild").expect(200);
    expect(rebuilt.body.rung.dispatch).toBe(1);
    await db.circuit.create({ data: { scope: "account", failures: 5, openedAt: clock.now(), reason: "403" } });
    const reset = () => admin.call("post", "/admin/api/queue/circuits/reset").send({ scope: "account" });
    expect((await reset().expect(200)).body).toEqual({ reset: true });
    expect((await reset().expect(200)).body).toEqual({ reset: false });
  });

  test("spend and overview answer as the contract says", async () => {
    await read(viewer, "/spend", spendReportSchema);
    await read(viewer, `/spend?tenant_id=${api.tenant.id}`, spendReportSchema);
    await read(viewer, `/overview?range=7d&tenant_id=${api.tenant.id}`, overviewSchema);
    await read(viewer, `/overview?range=1h&tenant_id=${api.tenant.id}`, overviewSchema);
    await viewer.call("get", "/admin/api/spend?from=2020-01-01&to=2026-01-01").expect(422);
  });
});

describe("bulk operations", () => {
  test("are counted dry, begun, and stopped once", async () => {
    const made = await Promise.all([newJob({ tags: ["mass"] }), newJob({ tags: ["mass"] })]);
    const body = { action: "cancel", filter: { tag: "mass" } };
    const counted = await admin.call("post", "/admin/api/bulk/count").send(body).expect(200);
    expect(bulkCountSchema.parse(counted.body)).toMatchObject({ matched: { count: 2, capped: false }, complete: true });
    const some = { ...body, job_ids: [made[0].id, "job_none"] };
    expect((await admin.call("post", "/admin/api/bulk/count").send(some)).body.matched.count).toBe(1);
    const retries = { ...body, action: "retry" };
    expect((await admin.call("post", "/admin/api/bulk/count").send(retries)).body.matched.count).toBe(0);
    const begun = await admin
      .call("post", "/admin/api/bulk")
      .send({ ...body, filter: { q: "harbour" } })
      .expect(202);
    expect(bulkSchema.parse(begun.body)).toMatchObject({ state: "running", done: 0, filter: { q: "harbour" } });
    const { id } = begun.body;
    expect((await viewer.call("get", `/admin/api/bulk/${id}`).expect(200)).body.filter).toEqual({});
    const stop = () => admin.call("post", `/admin/api/bulk/${id}/stop`);
    expect((await stop().expect(200)).body.state).toBe("stopped");
    expect((await stop().expect(409)).body.code).toBe("bulk_already_ended");
    const entry = await db.auditEntry.findFirstOrThrow({ where: { action: "bulk.start" } });
    expect(entry.detail).toEqual({ action: "cancel", filter: { q: "hidden" }, job_ids: 0 });
  });
});

describe("the playground", () => {
  test("prices and makes a job in a tenant's name", async () => {
    const tenant_id = api.tenant.id;
    const upload = await admin
      .call("post", `/admin/api/playground/files?tenant_id=${tenant_id}`)
      .set("content-type", "image/jpeg")
      .send(picture)
      .expect(201);
    const job = { input: { prompt: secret, image_url: upload.body.id } };
    const quote = await admin.call("post", "/admin/api/playground/quote").send({ tenant_id, job }).expect(200);
    expect(quote.body).toMatchObject({ dry_run: true });
    const made = await admin.call("post", "/admin/api/playground/jobs").send({ tenant_id, job }).expect(202);
    expect(made.body.job).toMatchObject({ status: "queued", tenant: { id: tenant_id } });
    expect(await db.job.findUnique({ where: { id: made.body.job.id } })).toMatchObject({ apiKeyId: null });
    await admin.call("get", `/admin/api/files/${upload.body.id}/thumbnail`).expect(200);
    const wrong = { tenant_id, job: { input: { prompt: "" } } };
    const refused = await admin.call("post", "/admin/api/playground/jobs").send(wrong).expect(422);
    expect(refused.body.errors[0].pointer).toMatch(/^\/job\/input/);
    await admin.call("post", "/admin/api/playground/jobs").send({ tenant_id: "ten_none", job }).expect(404);
    const entries = await db.auditEntry.findMany({ where: { action: "playground.job" } });
    expect(entries.map(({ outcome }) => outcome).sort()).toEqual(["done", "refused", "refused"]);
    expect(JSON.stringify(entries)).not.toContain(secret);
  });
});

describe("endpoints and deliveries", () => {
  test("are shown, paused, sent again and replayed", async () => {
    const endpoint = await makeEndpoint(context, api.tenant.id, { url: "https://example.com/hook" });
    const job = await newJob();
    await admin.call("post", `/admin/api/jobs/${job.id}/cancel`).expect(200);
    const { data } = await read(viewer, "/endpoints", adminEndpointListSchema);
    expect(data[0]).toMatchObject({ id: endpoint.id, pending: { count: 1 }, state: "enabled" });
    const list = await viewer.call("get", `/admin/api/deliveries?endpoint_id=${endpoint.id}`).expect(200);
    const [delivery] = list.body.data;
    expect(delivery).toMatchObject({ event_type: "job.canceled", job_id: job.id, tenant: { id: api.tenant.id } });
    const detail = await read(admin, `/deliveries/${delivery.id}`, adminDeliveryDetailSchema);
    expect(detail.request_body).not.toBeNull();
    expect((await read(viewer, `/deliveries/${delivery.id}`, adminDeliveryDetailSchema)).request_body).toBeNull();
    const resent = await admin.call("post", `/admin/api/deliveries/${delivery.id}/resend`).expect(202);
    expect(resent.body.id).not.toBe(delivery.id);
    const since = new Date(clock.now().getTime() - 3_600_000).toISOString();
    const replay = await admin.call("post", `/admin/api/endpoints/${endpoint.id}/replays`).send({ since }).expect(202);
    await admin.call("post", `/admin/api/replays/${replay.body.id}/cancel`).expect(200);
    await admin.call("post", `/admin/api/replays/${replay.body.id}/cancel`).expect(409);
    expect((await admin.call("post", `/admin/api/endpoints/${endpoint.id}/pause`).expect(200)).body.state).toBe(
      "paused",
    );
    expect((await admin.call("post", `/admin/api/endpoints/${endpoint.id}/resume`).expect(200)).body.state).toBe(
      "enabled",
    );
    const waterfall = (await read(admin, `/jobs/${job.id}`, adminJobDetailSchema)).waterfall;
    expect(waterfall.map(({ lane }) => lane)).toContain("delivering");
  });
});
