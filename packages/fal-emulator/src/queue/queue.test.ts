import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FalEmulator, startFalEmulator } from "../start-fal-emulator.ts";
import { createCaller, IMAGE_TO_IMAGE, TURBO } from "../testing/create-caller.ts";

let emulator: FalEmulator;
let caller: ReturnType<typeof createCaller>;

beforeAll(async () => {
  emulator = await startFalEmulator({ pictures: "flat", pingMs: 5 });
  caller = createCaller(emulator);
});
afterAll(() => emulator.stop());
beforeEach(() => {
  emulator.reset();
  emulator.changeSettings({ concurrency: 10, generationMs: 0, lockReason: null, webhookOnQueuedCancel: false });
});

const input = { prompt: "a lighthouse" };
const UNKNOWN_ID = "00000000-0000-4000-8000-000000000000";

describe("submit", () => {
  it("answers 200 with app-only absolute URLs", async () => {
    const { status, headers, body } = await caller.submit(input, { endpoint: IMAGE_TO_IMAGE });
    const base = `${emulator.url}/queue.fal.run/fal-ai/z-image/requests/${body.request_id}`;
    expect(status).toBe(200);
    expect(headers.get("x-fal-request-id")).toBe(body.request_id);
    expect(body).toEqual({
      status: "IN_QUEUE",
      request_id: expect.any(String),
      gateway_request_id: body.request_id,
      response_url: base,
      status_url: `${base}/status`,
      cancel_url: `${base}/cancel`,
      queue_position: 0,
    });
  });

  it.each([
    ["no key", { Authorization: "" }, 401, /Cannot access application "fal-ai\/z-image"/],
    ["no colon", { Authorization: "Key abc" }, 401, /Invalid Key Authorization header format/],
    ["a stranger's key", { Authorization: "Key abc:def" }, 401, /invalid key credentials/],
    ["a wrong secret", { Authorization: "Key emulator-key-id:no" }, 401, /invalid key credentials/],
    ["Bearer", { Authorization: "Bearer emulator-key-id:emulator-key-secret" }, 401, /unable to decode issuer/],
  ])("refuses %s", async (_name, headers, status, detail) => {
    const reply = await caller.submit(input, { headers });
    expect(reply).toMatchObject({ status, body: { detail: expect.stringMatching(detail) } });
    expect(emulator.totals().accepted).toBe(0);
  });

  it("refuses unknown apps and locked accounts at once", async () => {
    const unknown = await caller.submit(input, { endpoint: "fal-ai/h3-max" });
    expect(unknown).toMatchObject({ status: 404, body: { detail: 'Application "h3-max" not found' } });
    emulator.changeSettings({ lockReason: "Exhausted balance." });
    const locked = await caller.submit(input);
    expect(locked).toMatchObject({ status: 403, body: { detail: "User is locked. Reason: Exhausted balance." } });
    expect(locked.headers.get("x-fal-request-id")).toBeNull();
  });

  it("accepts a foreign path of a known app; the runner answers 404", async () => {
    const { body } = await caller.submit(input, { endpoint: "fal-ai/z-image/quality" });
    const result = await caller.result(body.request_id);
    expect(result).toMatchObject({ status: 404, body: { detail: "Path /quality not found" } });
    expect(result.headers.get("x-fal-billable-units")).toBe("0");
  });

  it("honours fal_max_queue_length", async () => {
    emulator.changeSettings({ concurrency: 0 });
    await caller.submit(input);
    const path = `/queue.fal.run/${TURBO}?fal_max_queue_length=`;
    expect((await caller.call(`${path}0`, { method: "POST", body: input })).status).toBe(429);
    expect((await caller.call(`${path}1`, { method: "POST", body: input })).status).toBe(200);
  });

  it("takes a body that is no JSON, and fails the run", async () => {
    const headers = { Authorization: `Key ${emulator.key}` };
    const reply = await fetch(`${emulator.url}/queue.fal.run/${TURBO}`, { method: "POST", headers, body: "{" });
    const { request_id } = (await reply.json()) as { request_id: string };
    expect((await caller.result(request_id)).body.detail[0].type).toBe("json_invalid");
  });
});

describe("status and result", () => {
  it("answers 202 while waiting and running, 200 when completed", async () => {
    emulator.changeSettings({ concurrency: 0, generationMs: 3_600_000 });
    const { body } = await caller.submit(input);
    const queued = await caller.call(body.status_url);
    expect(queued).toMatchObject({ status: 202, body: { status: "IN_QUEUE", queue_position: 0 } });
    expect((await caller.call(body.response_url)).status).toBe(400);
    emulator.changeSettings({ concurrency: 1 });
    const running = await caller.until(body.request_id, "IN_PROGRESS");
    expect(running).toMatchObject({ status: 202, body: { status: "IN_PROGRESS", logs: [{ level: "INFO" }] } });
    expect((await caller.call(body.status_url)).body.logs).toBeNull();
    emulator.finishRequest(body.request_id);
    const done = await caller.until(body.request_id, "COMPLETED");
    expect(done).toMatchObject({ status: 200, body: { metrics: { inference_time: expect.any(Number) } } });
    const result = await caller.call(body.response_url);
    expect(result.headers.get("x-fal-request-id")).toBe(body.request_id);
    expect(result.headers.get("x-fal-billable-units")).toBe("0.786432");
  });

  it("shows a failed request as COMPLETED with error", async () => {
    const { body } = await caller.submit({ ...input, num_images: 7 });
    const status = await caller.until(body.request_id, "COMPLETED");
    expect(status).toMatchObject({ status: 200, body: { status: "COMPLETED", error: "Invalid status code: 422" } });
    expect(status.body.error_type).toBeUndefined();
  });

  it.each([
    "/fal-ai/z-image/requests/ID",
    "/fal-ai/z-image/requests/ID/",
    "/fal-ai/z-image/requests/ID/response",
    "/fal-ai/z-image/turbo/requests/ID",
    "/fal-ai/z-image/turbo/requests/ID/response",
    "/fal-ai/z-image/turbo/image-to-image/requests/ID",
  ])("finds a result at %s", async (path) => {
    const { body } = await caller.submit(input);
    await caller.until(body.request_id, "COMPLETED");
    const reply = await caller.call(`/queue.fal.run${path.replace("ID", body.request_id)}`);
    expect(reply).toMatchObject({ status: 200, body: { prompt: "a lighthouse" } });
  });

  it.each(["", "/status", "/status/stream", "/response"])(
    "answers 404 NOT_FOUND to an unknown id%s",
    async (action) => {
      const path = `/queue.fal.run/fal-ai/z-image/requests/${UNKNOWN_ID}${action}`;
      expect(await caller.call(path)).toMatchObject({ status: 404, body: { status: "NOT_FOUND" } });
      const { status } = await caller.call(path, { headers: { Authorization: "" } });
      expect(status).toBe(404);
    },
  );

  it("wants a key for a known id", async () => {
    const { body } = await caller.submit(input);
    expect((await caller.call(body.status_url, { headers: { Authorization: "" } })).status).toBe(401);
  });

  it("forgets a result that is not stored once its time is over", async () => {
    const kept = await caller.submit(input);
    const unstored = await caller.submit(input, { headers: { "X-Fal-Store-IO": "0" } });
    expect((await caller.result(kept.body.request_id)).status).toBe(200);
    expect((await caller.result(unstored.body.request_id)).status).toBe(200);
    emulator.changeSettings({ resultRetentionMs: 0 });
    expect((await caller.result(kept.body.request_id)).status).toBe(200);
    expect((await caller.result(unstored.body.request_id)).status).toBe(404);
    emulator.changeSettings({ resultRetentionMs: 3_600_000 });
  });

  it("streams positions, logs in pieces and pings, and closes after COMPLETED", async () => {
    emulator.changeSettings({ concurrency: 0 });
    const first = await caller.submit(input);
    const second = await caller.submit(input);
    const headers = { Authorization: `Key ${emulator.key}` };
    const stream = await fetch(`${second.body.status_url}/stream?logs=1`, { headers });
    expect(stream.headers.get("content-type")).toBe("text/event-stream");
    await caller.cancel(first.body.request_id);
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of stream.body ?? []) {
      text += decoder.decode(chunk as Uint8Array);
      if (text.includes('"queue_position":0')) emulator.changeSettings({ concurrency: 1 });
    }
    expect(text).toContain(": ping");
    const events = text.split("\n").flatMap((line) => (line.startsWith("data: ") ? [JSON.parse(line.slice(6))] : []));
    expect(events[0]).toMatchObject({ status: "IN_QUEUE", queue_position: 1 });
    expect(events.at(-1)).toMatchObject({ status: "COMPLETED" });
    expect(events.flatMap((event) => event.logs ?? [])).toHaveLength(2);
  });
});

describe("cancel", () => {
  it("removes a queued request: it never runs, costs nothing and result says 499", async () => {
    emulator.changeSettings({ concurrency: 0 });
    const { body } = await caller.submit(input);
    expect(await caller.cancel(body.request_id)).toMatchObject({
      status: 202,
      body: { status: "CANCELLATION_REQUESTED" },
    });
    emulator.changeSettings({ concurrency: 1 });
    const result = await caller.result(body.request_id);
    expect(result).toMatchObject({ status: 499, body: { error_type: "client_cancelled" } });
    expect(result.headers.get("x-fal-error-type")).toBe("client_cancelled");
    expect(emulator.ledger()).toMatchObject([{ outcome: "canceled", billedMicros: 0, startedAt: null }]);
  });

  it("stops a running request and frees its slot", async () => {
    emulator.changeSettings({ concurrency: 1, generationMs: 3_600_000 });
    const first = await caller.submit(input);
    const second = await caller.submit(input);
    await caller.until(first.body.request_id, "IN_PROGRESS");
    expect((await caller.cancel(first.body.request_id)).status).toBe(202);
    await caller.until(second.body.request_id, "IN_PROGRESS");
    expect((await caller.result(first.body.request_id)).status).toBe(499);
  });

  it("is too late for a completed request, and knows no strangers", async () => {
    const { body } = await caller.submit(input);
    await caller.until(body.request_id, "COMPLETED");
    const late = await caller.cancel(body.request_id);
    expect(late).toMatchObject({ status: 400, body: { status: "ALREADY_COMPLETED" } });
    expect(await caller.cancel(UNKNOWN_ID)).toMatchObject({ status: 404, body: { status: "NOT_FOUND" } });
  });
});

describe("the account's queue", () => {
  it("runs normal before low, in order of arrival, and tells positions", async () => {
    emulator.changeSettings({ concurrency: 0 });
    const ids: Record<string, string> = {};
    for (const name of ["low-1", "normal-1", "low-2", "normal-2"]) {
      const headers = { "X-Fal-Queue-Priority": name.split("-")[0] ?? "" };
      ids[name] = (await caller.submit(input, { headers })).body.request_id;
    }
    const positions = async () =>
      Promise.all(
        Object.values(ids).map(async (id) => (await caller.call(caller.statusPath(id))).body.queue_position as number),
      );
    expect(await positions()).toEqual([2, 0, 3, 1]);
    await caller.cancel(ids["normal-1"] ?? "");
    expect(await positions()).toEqual([1, undefined, 2, 0]);
    emulator.changeSettings({ concurrency: 1, generationMs: 3_600_000 });
    for (const name of ["normal-2", "low-1", "low-2"]) {
      const id = ids[name] ?? "";
      expect((await caller.until(id, "IN_PROGRESS")).body.status).toBe("IN_PROGRESS");
      expect((await caller.call("/emulator/health")).body.running).toBe(1);
      emulator.finishRequest(id);
      await caller.until(id, "COMPLETED");
    }
  });

  it("never runs more than its concurrency allows; run answers 429 instead of waiting", async () => {
    emulator.changeSettings({ concurrency: 1, generationMs: 3_600_000 });
    const { body } = await caller.submit(input);
    await caller.until(body.request_id, "IN_PROGRESS");
    const waiting = await caller.submit(input);
    expect((await caller.call(waiting.body.status_url)).body.status).toBe("IN_QUEUE");
    const refused = await caller.call(`/fal.run/${TURBO}`, { method: "POST", body: input });
    expect(refused).toMatchObject({
      status: 429,
      body: {
        detail: "Reached concurrent requests limit of 1",
        type: "concurrent_requests_limit",
        data: { limit: 1 },
      },
    });
    expect(refused.headers.get("x-fal-needs-retry")).toBe("1");
  });

  it.each(["X-Fal-Request-Timeout", "X-Fal-Request-Start-Timeout"])("gives up waiting after %s", async (name) => {
    emulator.changeSettings({ concurrency: 0 });
    const { body } = await caller.submit(input, { headers: { [name]: "0.11" } });
    const result = await caller.result(body.request_id);
    expect(result).toMatchObject({ status: 504, body: { error_type: "request_timeout" } });
    expect(result.headers.get("x-fal-request-timeout-type")).toBe("user");
    expect(emulator.ledger()).toMatchObject([{ outcome: "timed_out", billedMicros: 0 }]);
  });

  it("takes the time of a generation from the prompt", async () => {
    emulator.changeSettings({ generationMs: 3_600_000 });
    const { body } = await caller.submit({ prompt: "quick [[generation:0]]" });
    expect((await caller.result(body.request_id)).status).toBe(200);
  });
});
