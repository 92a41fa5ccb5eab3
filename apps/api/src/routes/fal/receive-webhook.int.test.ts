import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { submitRequest } from "@darkroom/core/fal/submit-request";
import { isFinal } from "@darkroom/core/jobs/state";
import { readObject } from "@darkroom/core/storage/read-object";
import { manualClock } from "@darkroom/testing/manual-clock";
import { waitFor } from "@darkroom/testing/wait-for";
import supertest from "supertest";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createApp } from "../../app.ts";
import { listen, stopServing } from "../../serve.ts";
import { makeAttempt, type TestAttempt } from "../../testing/make-attempt.ts";
import { openTestApi } from "../../testing/open-test-api.ts";
import { readSigningKey, signAsFal } from "../../testing/sign-as-fal.ts";

const dir = await mkdtemp(join(tmpdir(), "darkroom-emulator-"));
const clock = manualClock(new Date("2026-06-01T12:00:00Z"));
const api = await openTestApi({ clock, emulator: { dir } });
let falsKey = readSigningKey(dir);
afterAll(async () => {
  await api.close();
  await rm(dir, { recursive: true });
});

const { db, storage } = api.context;
const image = { url: "https://v3.fal.media/files/a/one.png", width: 1024, height: 768, content_type: "image/png" };

function okBody(attempt: TestAttempt, more: object = {}): Buffer {
  const payload = { images: [image], seed: 42, has_nsfw_concepts: [false], prompt: "a" };
  return Buffer.from(
    JSON.stringify({ request_id: attempt.requestId, gateway_request_id: "g-1", status: "OK", payload, ...more }),
  );
}

function send(attempt: TestAttempt, body: Buffer, headers: Record<string, string> = {}, token = attempt.token) {
  const signed = signAsFal(falsKey, { body, requestId: attempt.requestId, now: clock.now() });
  return post(token, body, { ...signed, ...headers });
}

function post(token: string, body: Buffer, headers: Record<string, string>) {
  // Given as text: supertest would write a Buffer as JSON.
  return supertest(api.app).post(`/webhooks/fal/${token}`).set(headers).send(body.toString());
}

const jobOf = (attempt: TestAttempt) =>
  db.job.findUniqueOrThrow({ where: { id: attempt.jobId }, include: { outputs: true } });
const receiptsOf = (attempt: TestAttempt) =>
  db.falReceipt.findMany({ where: { attemptId: attempt.attemptId }, orderBy: { id: "asc" } });

async function counted(result: string): Promise<number> {
  const { values } = await api.context.metrics.falWebhooks.get();
  return values.find((value) => value.labels.result === result)?.value ?? 0;
}

describe("a webhook that fal signed", () => {
  test("moves its job to copying, with its images, seed, price and receipt", async () => {
    const attempt = await makeAttempt(api);
    const body = okBody(attempt);
    await send(attempt, body).expect(200);
    const job = await jobOf(attempt);
    expect(job).toMatchObject({ state: "copying", seed: 42n, dueAt: clock.now(), costMicros: 3_933n });
    expect(job.outputs).toMatchObject([{ index: 0, sourceUrl: image.url, nsfw: false, storedAt: null }]);
    const [receipt] = await receiptsOf(attempt);
    expect(receipt).toMatchObject({ source: "webhook", verdict: "applied", ok: true, bodyBytes: body.length, seen: 1 });
    expect(Buffer.from(receipt?.body ?? []).equals(body)).toBe(true);
    expect(receipt?.headers).toMatchObject({
      requestId: attempt.requestId,
      signature: expect.stringMatching(/^[0-9a-f]{128}$/),
    });
  });

  test("rings for the copy", async () => {
    const attempt = await makeAttempt(api);
    const before = await api.context.doorbell.waiting("copy-output");
    await send(attempt, okBody(attempt)).expect(200);
    await waitFor("the ring", async () => (await api.context.doorbell.waiting("copy-output")) > before);
  });

  test("may come before the reply to the submit, and names the request", async () => {
    const attempt = await makeAttempt(api, { accepted: false });
    await send(attempt, okBody(attempt)).expect(200);
    expect((await jobOf(attempt)).state).toBe("copying");
    const row = await db.attempt.findUniqueOrThrow({ where: { id: attempt.attemptId } });
    expect(row).toMatchObject({ requestId: attempt.requestId, outcome: "accepted" });
  });

  test("changes nothing when it comes again, ten times at once", async () => {
    const attempt = await makeAttempt(api);
    const body = okBody(attempt);
    await send(attempt, body).expect(200);
    const before = await jobOf(attempt);
    await Promise.all(Array.from({ length: 10 }, () => send(attempt, body).expect(200)));
    expect(await jobOf(attempt)).toEqual(before);
    expect(await receiptsOf(attempt)).toMatchObject([{ verdict: "applied", seen: 11 }]);
  });

  test("is kept and changes nothing when it contradicts the first", async () => {
    const attempt = await makeAttempt(api);
    await send(attempt, okBody(attempt)).expect(200);
    const before = await jobOf(attempt);
    const opposite = {
      request_id: attempt.requestId,
      status: "ERROR",
      error: "Invalid status code: 500",
      payload: { detail: "x" },
    };
    await send(attempt, Buffer.from(JSON.stringify(opposite))).expect(200);
    expect(await jobOf(attempt)).toEqual(before);
    expect(await receiptsOf(attempt)).toMatchObject([{ verdict: "applied" }, { verdict: "contradictory", ok: false }]);
  });

  test("of an earlier attempt does not touch the present one", async () => {
    const first = await makeAttempt(api);
    await db.job.update({ where: { id: first.jobId }, data: { attempt: 2 } });
    await send(first, okBody(first)).expect(200);
    expect(await jobOf(first)).toMatchObject({ state: "submitted", outputs: [] });
    expect(await receiptsOf(first)).toMatchObject([{ verdict: "late" }]);
  });

  test("without the sizes of its images is priced at what was reserved", async () => {
    const attempt = await makeAttempt(api);
    const body = okBody(attempt, { payload: { images: [{ url: image.url }] } });
    await send(attempt, body).expect(200);
    expect((await jobOf(attempt)).costMicros).toBe(5_000n);
  });
});

describe("fal's failures", () => {
  test.each([
    [
      "a list of details",
      { detail: [{ loc: ["body", "prompt"], msg: "refused", type: "content_policy_violation", url: "" }] },
      "content_policy",
    ],
    ["a detail that is a string", { detail: "Something about the input" }, "input_refused"],
  ])("with %s end the job", async (_name, payload, code) => {
    const attempt = await makeAttempt(api);
    const body = { request_id: attempt.requestId, status: "ERROR", error: "Invalid status code: 422", payload };
    await send(attempt, Buffer.from(JSON.stringify(body))).expect(200);
    expect(await jobOf(attempt)).toMatchObject({ state: "failed", errorCode: code, charged: "no" });
    expect(await receiptsOf(attempt)).toMatchObject([{ verdict: "applied", ok: false }]);
  });

  test("that may pass put the job back in line", async () => {
    const attempt = await makeAttempt(api);
    const body = { request_id: attempt.requestId, status: "ERROR", error: "Invalid status code: 503", payload: null };
    await send(attempt, Buffer.from(JSON.stringify(body))).expect(200);
    const job = await jobOf(attempt);
    expect(job).toMatchObject({ state: "queued", attempt: 1 });
    expect(job.dueAt?.getTime()).toBeGreaterThan(clock.now().getTime());
  });
});

describe("a result that has to be fetched", () => {
  test("payload_error makes the job due for check-job now", async () => {
    const attempt = await makeAttempt(api);
    await send(attempt, okBody(attempt, { payload: null, payload_error: "not serializable" })).expect(200);
    expect(await jobOf(attempt)).toMatchObject({ state: "submitted", dueAt: clock.now() });
    expect(await receiptsOf(attempt)).toMatchObject([{ verdict: "incomplete" }]);
  });

  test("a signed body that cannot be read is kept, and fal is asked instead", async () => {
    const attempt = await makeAttempt(api);
    const body = Buffer.from('{"status": "WHAT?"');
    await send(attempt, body).expect(200);
    expect(await jobOf(attempt)).toMatchObject({ state: "submitted", dueAt: clock.now() });
    const [receipt] = await receiptsOf(attempt);
    expect(receipt).toMatchObject({ verdict: "incomplete", requestId: attempt.requestId });
    expect(Buffer.from(receipt?.body ?? []).equals(body)).toBe(true);
  });
});

describe("large answers", () => {
  test("30 MB of data URIs are kept in storage, byte for byte, and not in the row", async () => {
    const attempt = await makeAttempt(api);
    const url = `data:image/png;base64,${"A".repeat(15_000_000)}`;
    const images = [
      { ...image, url },
      { ...image, url },
    ];
    const body = okBody(attempt, { payload: { images, seed: 1 } });
    await send(attempt, body).expect(200);
    const job = await jobOf(attempt);
    expect(job.state).toBe("copying");
    expect(job.outputs.map((output) => output.sourceUrl)).toEqual([null, null]);
    const [receipt] = await receiptsOf(attempt);
    expect(receipt).toMatchObject({ body: null, bodyBytes: body.length });
    const stored = await readObject(storage, { key: receipt?.bodyKey ?? "", bytesMax: 40_000_000 });
    const sha256 = stored.outcome === "read" && createHash("sha256").update(stored.bytes).digest("hex");
    expect(sha256).toBe(createHash("sha256").update(body).digest("hex"));
  });

  test("more than 40 MB are refused", async () => {
    const attempt = await makeAttempt(api);
    const before = await api.countAll();
    await send(attempt, Buffer.alloc(40_000_001, "x")).expect(413);
    expect(await api.countAll()).toEqual(before);
  });

  test("a stranger's megabytes are not even read", async () => {
    const attempt = await makeAttempt(api);
    await send(attempt, Buffer.alloc(2_000_000, "x"), {}, "no-such-token").expect(404);
    expect(await counted("unknown_token")).toBeGreaterThan(0);
  });
});

describe("is refused, counted, and nothing is stored", () => {
  let attempt: TestAttempt;
  let before: unknown;
  beforeEach(async () => {
    attempt = await makeAttempt(api);
    before = [await api.countAll(), await jobOf(attempt)];
  });
  const refused = async (answer: supertest.Test, status: number, result: string) => {
    const countBefore = await counted(result);
    const { body } = await answer.expect(status);
    expect(body.status).toBe(status);
    expect(await counted(result)).toBe(countBefore + 1);
    expect([await api.countAll(), await jobOf(attempt)]).toEqual(before);
  };

  test("a signature by another key", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const body = okBody(attempt);
    const headers = signAsFal(privateKey, { body, requestId: attempt.requestId, now: clock.now() });
    await refused(post(attempt.token, body, headers), 401, "bad_signature");
  });

  test("a body that was changed after it was signed", async () => {
    const body = okBody(attempt);
    const headers = signAsFal(falsKey, { body, requestId: attempt.requestId, now: clock.now() });
    const changed = Buffer.from(body.toString().replace("one.png", "two.png"));
    await refused(post(attempt.token, changed, headers), 401, "bad_signature");
  });

  test("a body that was cut short", async () => {
    const body = okBody(attempt);
    const headers = signAsFal(falsKey, { body, requestId: attempt.requestId, now: clock.now() });
    await refused(post(attempt.token, body.subarray(0, 40), headers), 401, "bad_signature");
  });

  test.each(["not hex", "ab", ""])("the signature %j", async (signature) => {
    const result = signature === "" ? "missing_header" : "bad_signature";
    await refused(send(attempt, okBody(attempt), { "x-fal-webhook-signature": signature }), 401, result);
  });

  test.each([-301, 301])("a timestamp %i seconds from now, rightly signed", async (seconds) => {
    const body = okBody(attempt);
    const now = new Date(clock.now().getTime() + seconds * 1000);
    await refused(
      post(attempt.token, body, signAsFal(falsKey, { body, requestId: attempt.requestId, now })),
      401,
      "stale",
    );
  });

  test("a missing header", async () => {
    const body = okBody(attempt);
    const { "x-fal-webhook-user-id": _, ...headers } = signAsFal(falsKey, {
      body,
      requestId: attempt.requestId,
      now: clock.now(),
    });
    await refused(post(attempt.token, body, headers), 401, "missing_header");
  });

  test("a token that names no attempt", async () => {
    await refused(send(attempt, okBody(attempt), {}, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), 404, "unknown_token");
  });

  test("another request's id, although fal signed it", async () => {
    await refused(send(attempt, okBody({ ...attempt, requestId: "somebody-elses" })), 404, "foreign_request");
  });
});

test("while fal's keys cannot be had, fal is asked to come again, and nothing is stored", async () => {
  const attempt = await makeAttempt(api);
  const before = await api.countAll();
  const fal = { ...api.context.fal, baseUrl: "http://127.0.0.1:1" };
  const body = okBody(attempt);
  const { headers } = await supertest(createApp({ ...api.context, fal }))
    .post(`/webhooks/fal/${attempt.token}`)
    .set(signAsFal(falsKey, { body, requestId: attempt.requestId, now: clock.now() }))
    .send(body.toString())
    .expect(503);
  expect(headers["retry-after"]).toBe("30");
  expect(await api.countAll()).toEqual(before);
});

test("after fal changes its key, the new one is fetched, at most once a minute", async () => {
  const attempt = await makeAttempt(api);
  api.context.emulator.rotateSigningKey();
  falsKey = readSigningKey(dir);
  clock.advance(61_000);
  await send(attempt, okBody(attempt)).expect(200);
  api.context.emulator.rotateSigningKey();
  falsKey = readSigningKey(dir);
  const other = await makeAttempt(api);
  await send(other, okBody(other)).expect(401);
  clock.advance(61_000);
  await send(other, okBody(other)).expect(200);
});

test("the emulator's own webhooks are taken, and its forged ones are not", async () => {
  const server = await listen(api.app, { HOST: "127.0.0.1", PORT: 0 });
  const address = server.address() as { port: number };
  const submit = async (prompt: string) => {
    const attempt = await makeAttempt(api, { accepted: false });
    const model = "fal-ai/z-image/turbo";
    const webhookUrl = `http://127.0.0.1:${address.port}/webhooks/fal/${attempt.token}`;
    await submitRequest(api.context.fal, {
      model,
      input: { prompt, image_size: "square" },
      webhookUrl,
      startWithinMs: 60_000,
    });
    return attempt;
  };
  const forgedBefore = await counted("bad_signature");
  const forged = await submit("[[fault:webhook_bad_signature]] a harbour");
  const real = await submit("a harbour");
  await waitFor("the real one", async () => (await jobOf(real)).state === "copying");
  await waitFor("the forged one", async () => (await counted("bad_signature")) > forgedBefore);
  const untouched = await jobOf(forged);
  expect(untouched.state).toBe("submitting");
  expect(isFinal(untouched.state)).toBe(false);
  await stopServing(server, 0);
});
