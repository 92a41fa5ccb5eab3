import { ApiError, createFalClient, type FalClient, ValidationError } from "@fal-ai/client";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FalEmulator, startFalEmulator } from "./start-fal-emulator.ts";
import { IMAGE_TO_IMAGE, TURBO } from "./testing/create-caller.ts";

let emulator: FalEmulator;
let fal: FalClient;
const requested: string[] = [];

/** The only change to the client: every fal host becomes a path of the emulator. */
function localFetch(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const local = String(url).replace(/^https:\/\//, `${emulator.url}/`);
  requested.push(`${init?.method} ${local.slice(emulator.url.length)}`);
  return fetch(local, init);
}

beforeAll(async () => {
  emulator = await startFalEmulator({ pictures: "flat", seed: 1 });
  fal = createFalClient({ credentials: emulator.key, fetch: localFetch as typeof fetch });
});
afterAll(() => emulator.stop());
beforeEach(() => {
  emulator.reset();
  emulator.changeSettings({ generationMs: 0, concurrency: 10 });
  requested.length = 0;
});

const input = { prompt: "a lighthouse", image_url: "data:image/png;base64,AAAA", seed: 7 };

describe("the unmodified @fal-ai/client", () => {
  it("submits, follows and reads a result", async () => {
    const submitted = await fal.queue.submit(IMAGE_TO_IMAGE, { input });
    expect(submitted).toMatchObject({ status: "IN_QUEUE", queue_position: 0, request_id: expect.any(String) });
    const requestId = submitted.request_id;
    const status = await fal.queue.subscribeToStatus(IMAGE_TO_IMAGE, { requestId, logs: true, pollInterval: 1 });
    expect(status).toMatchObject({ status: "COMPLETED", logs: [{ source: "USER" }, {}] });
    const result = await fal.queue.result(IMAGE_TO_IMAGE, { requestId });
    expect(result.requestId).toBe(requestId);
    expect(result.data).toMatchObject({ seed: 7, prompt: "a lighthouse", has_nsfw_concepts: [false], timings: {} });
    expect(requested).toContain(`POST /queue.fal.run/${IMAGE_TO_IMAGE}`);
    expect(requested).toContain(`GET /queue.fal.run/fal-ai/z-image/requests/${requestId}`);
  });

  it.each(["polling", "streaming"] as const)("subscribes by %s", async (mode) => {
    const updates: string[] = [];
    const result = await fal.subscribe(TURBO, {
      input: { prompt: "a lighthouse" },
      logs: true,
      mode,
      pollInterval: 1,
      onQueueUpdate: (update) => updates.push(update.status),
    });
    expect(result.data.images).toHaveLength(1);
    expect(result.requestId).not.toBe("");
    expect(updates.at(-1)).toBe("COMPLETED");
  });

  it("streams the status of a request until it is completed", async () => {
    emulator.changeSettings({ generationMs: 3_600_000 });
    const { request_id: requestId } = await fal.queue.submit(TURBO, { input: { prompt: "a lighthouse" } });
    const stream = await fal.queue.streamStatus(TURBO, { requestId, logs: true });
    const seen: { status: string; logs: number }[] = [];
    stream.on("data", (data) => {
      seen.push({ status: data.status, logs: "logs" in data ? data.logs.length : 0 });
      if (data.status === "IN_PROGRESS") emulator.finishRequest(requestId);
    });
    await stream.done();
    expect(seen.at(-1)?.status).toBe("COMPLETED");
    expect(seen.reduce((sum, { logs }) => sum + logs, 0)).toBe(2);
  });

  it("cancels, and throws ApiError when it is too late or the id is unknown", async () => {
    emulator.changeSettings({ concurrency: 0 });
    const { request_id: requestId } = await fal.queue.submit(TURBO, { input: { prompt: "a lighthouse" } });
    await fal.queue.cancel(TURBO, { requestId });
    await expect(fal.queue.cancel(TURBO, { requestId })).rejects.toMatchObject({ name: "ApiError", status: 400 });
    const unknown = fal.queue.cancel(TURBO, { requestId: "00000000-0000-4000-8000-000000000000" });
    await expect(unknown).rejects.toMatchObject({ status: 404, body: { status: "NOT_FOUND" } });
    const result = fal.queue.result(TURBO, { requestId });
    await expect(result).rejects.toMatchObject({ status: 499, requestId });
  });

  it("throws ValidationError with field errors for a bad input, at the result and not at submit", async () => {
    const { request_id: requestId } = await fal.queue.submit(TURBO, { input: { prompt: "x", num_images: 9 } });
    await fal.queue.subscribeToStatus(TURBO, { requestId, pollInterval: 1 });
    const error = await fal.queue.result(TURBO, { requestId }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ValidationError);
    const validation = error as ValidationError;
    expect(validation.requestId).toBe(requestId);
    expect(validation.getFieldErrors("num_images")).toMatchObject([{ type: "less_than_equal", ctx: { le: 4 } }]);
  });

  it("throws ApiError 400 when the result is asked for too early", async () => {
    emulator.changeSettings({ concurrency: 0 });
    const { request_id: requestId } = await fal.queue.submit(TURBO, { input: { prompt: "a lighthouse" } });
    const error = await fal.queue.result(TURBO, { requestId }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400, body: { detail: "Request is still in progress" } });
  });

  it("knows its own start timeout from a 504", async () => {
    emulator.changeSettings({ concurrency: 0 });
    const { request_id: requestId } = await fal.queue.submit(TURBO, { input: { prompt: "x" }, startTimeout: 1.01 });
    await fal.queue.subscribeToStatus(TURBO, { requestId, pollInterval: 1 });
    const error = await fal.queue.result(TURBO, { requestId }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 504, timeoutType: "user", isUserTimeout: true });
  });

  it("runs directly and streams", async () => {
    const result = await fal.run(TURBO, { input: { prompt: "a lighthouse", num_images: 2 } });
    expect(result.data.images).toHaveLength(2);
    const stream = await fal.stream(TURBO, { input: { prompt: "a lighthouse" } });
    await expect(stream.done()).resolves.toMatchObject({ prompt: "a lighthouse" });
  });

  it("uploads a file and takes Blobs as input", async () => {
    const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const file = new File([new Uint8Array(bytes)], "source.png", { type: "image/png" });
    const url = await fal.storage.upload(file);
    const stored = await fetch(url);
    expect(stored.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await stored.arrayBuffer())).toEqual(bytes);
    emulator.changeSettings({ pictures: "real" });
    const result = await fal.subscribe(IMAGE_TO_IMAGE, { input: { prompt: "x", image_url: file }, pollInterval: 1 });
    emulator.changeSettings({ pictures: "flat" });
    expect(result.data.images[0]).toMatchObject({ width: 8, height: 8 });
  });

  it("uploads large files in parts", async () => {
    const size = 91 * 1024 * 1024;
    const url = await fal.storage.upload(new File([new Uint8Array(size).fill(7)], "large.bin"));
    const stored = await fetch(url, { method: "HEAD" });
    expect(Number(stored.headers.get("content-length"))).toBe(size);
    expect(requested.filter((line) => line.includes("/multipart/"))).toHaveLength(11);
  });

  it("tells the account's errors", async () => {
    const stranger = createFalClient({ credentials: "who:knows", fetch: localFetch as typeof fetch });
    await expect(stranger.queue.submit(TURBO, { input: { prompt: "x" } })).rejects.toMatchObject({ status: 401 });
    emulator.changeSettings({ lockReason: "Exhausted balance. Top up your balance at fal.ai/dashboard/billing." });
    const locked = await fal.queue.submit(TURBO, { input: { prompt: "x" } }).catch((thrown: unknown) => thrown);
    emulator.changeSettings({ lockReason: null });
    expect(locked).toMatchObject({ status: 403, body: { detail: expect.stringContaining("User is locked.") } });
  });
});
