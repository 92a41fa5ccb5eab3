import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FalEmulator, startFalEmulator } from "../start-fal-emulator.ts";
import { createCaller, TURBO } from "../testing/create-caller.ts";

let emulator: FalEmulator;
let caller: ReturnType<typeof createCaller>;

beforeAll(async () => {
  emulator = await startFalEmulator({ pictures: "flat" });
  caller = createCaller(emulator);
});
afterAll(() => emulator.stop());

const initiate = (kind = "initiate") =>
  caller.call(`/rest.fal.ai/storage/upload/${kind}?storage_type=fal-cdn-v3`, {
    method: "POST",
    body: { content_type: "text/plain", file_name: "../hello world.txt" },
  });

describe("uploads", () => {
  it("take raw bytes at a URL that is its own permission", async () => {
    const { body } = await initiate();
    expect((await fetch(body.file_url)).status).toBe(404);
    const put = await fetch(body.upload_url, {
      method: "PUT",
      body: "Hello",
      headers: { "Content-Type": "text/plain" },
    });
    expect(put.status).toBe(200);
    const stored = await fetch(body.file_url);
    expect(await stored.text()).toBe("Hello");
    expect(stored.headers.get("content-type")).toBe("text/plain");
    expect(stored.headers.get("cache-control")).toBe("max-age=5184000, immutable");
    expect((await fetch(body.upload_url, { method: "PUT", body: "again" })).status).toBe(404);
  });

  it("come in parts, put together in the order of complete", async () => {
    const { body } = await initiate("initiate-multipart");
    const parts = [];
    for (const [number, text] of [
      [2, "lo"],
      [1, "Hel"],
    ] as const) {
      const put = await fetch(`${body.upload_url}/${number}`, { method: "PUT", body: text });
      parts.unshift(await put.json());
    }
    expect(parts).toMatchObject([{ partNumber: 1 }, { partNumber: 2 }]);
    const complete = (given: unknown) =>
      caller.call(`${body.upload_url}/complete`, { method: "POST", body: { parts: given } });
    expect((await complete([{ partNumber: 1, etag: "wrong" }])).status).toBe(400);
    expect((await complete([])).status).toBe(400);
    expect((await complete(parts)).status).toBe(200);
    expect(await (await fetch(body.file_url)).text()).toBe("Hello");
  });

  it("want a key and a known token", async () => {
    const path = "/rest.fal.ai/storage/upload/initiate";
    const refused = await caller.call(path, { method: "POST", headers: { Authorization: "" } });
    expect(refused).toMatchObject({ status: 401, body: { detail: "Authorization header is required" } });
    expect((await fetch(`${emulator.url}/fal.media/upload/unknown`, { method: "PUT", body: "x" })).status).toBe(404);
    expect((await fetch(`${emulator.url}/fal.media/multipart/x/0`, { method: "PUT", body: "x" })).status).toBe(404);
  });
});

it("tokens open the API for their time", async () => {
  const token = await caller.call("/rest.fal.ai/tokens/", { method: "POST", body: { token_expiration: 60 } });
  const run = (query: string) =>
    caller.call(`/fal.run/${TURBO}?fal_jwt_token=${query}`, {
      method: "POST",
      body: { prompt: "x" },
      headers: { Authorization: "" },
    });
  expect((await run(token.body)).status).toBe(200);
  expect((await run("nonsense")).status).toBe(401);
});

describe("files", () => {
  const imageOf = async (headers: Record<string, string> = {}) => {
    const { body } = await caller.submit({ prompt: "x" }, { headers });
    return { id: body.request_id, image: (await caller.result(body.request_id)).body.images[0] };
  };

  it("end by lifecycle header, by setting and by control", async () => {
    const short = await imageOf({ "X-Fal-Object-Lifecycle-Preference": '{"expiration_duration_seconds":0}' });
    expect((await fetch(short.image.url)).status).toBe(404);
    emulator.changeSettings({ fileExpiryMs: 0, fileExpiryStatus: 410 });
    expect((await fetch((await imageOf()).image.url)).status).toBe(410);
    emulator.changeSettings({ fileExpiryMs: null, fileExpiryStatus: 404 });
    const [one, other] = [await imageOf(), await imageOf()];
    const expired = await caller.call(`/emulator/files/expire?requestId=${one.id}`, { method: "POST" });
    expect(expired.body).toEqual({ expired: 1 });
    expect((await fetch(one.image.url)).status).toBe(404);
    expect((await fetch(other.image.url)).status).toBe(200);
  });

  it("answer HEAD with their length", async () => {
    const { image } = await imageOf();
    const head = await fetch(image.url, { method: "HEAD" });
    expect(Number(head.headers.get("content-length"))).toBe(image.file_size);
  });

  it("outlive a restart with a directory, and make room when it is full", async () => {
    const dir = mkdtempSync(join(tmpdir(), "fal-emulator-"));
    const input = { prompt: "x", image_size: { width: 64, height: 64 } };
    const first = await startFalEmulator({ dir });
    const run = async (on: FalEmulator) =>
      (await createCaller(on).call(`/fal.run/${TURBO}`, { method: "POST", body: input })).body.images[0];
    const image = await run(first);
    const served = await (await fetch(image.url)).arrayBuffer();
    await first.stop();
    const second = await startFalEmulator({ dir, fileBytesMax: image.file_size + 1 });
    const path = new URL(image.url).pathname;
    const again = await fetch(`${second.url}${path}`);
    expect(again.headers.get("content-type")).toBe("image/png");
    expect(await again.arrayBuffer()).toEqual(served);
    const newer = await run(second);
    expect((await fetch(`${second.url}${path}`)).status).toBe(404);
    expect((await fetch(newer.url)).status).toBe(200);
    expect(readdirSync(join(dir, "files"))).toEqual([newer.file_name]);
    await second.stop();
    rmSync(dir, { recursive: true });
  });
});
