import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createBucket } from "@darkroom/testing/create-bucket";
import { Agent } from "undici";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createGuardedAgent } from "../egress/guarded-agent.ts";
import { type CopyOptions, type CopyResult, copyUrl } from "./copy-url.ts";
import { headObject } from "./head-object.ts";
import { makeJpeg, makePng } from "./make-test-picture.ts";
import { readObject } from "./read-object.ts";
import { createStorage, type Storage, type StorageEnv } from "./s3.ts";

/** fal's media host: answers each request as the test says. */
let media: Server;
let mediaUrl: string;
let answer: (message: IncomingMessage, response: ServerResponse) => void;
let env: StorageEnv;
let storage: Storage;
let agent: Agent;
let count = 0;

beforeAll(async () => {
  const s3 = await createBucket();
  env = {
    S3_ENDPOINT: s3.endpoint,
    S3_PUBLIC_ENDPOINT: undefined,
    S3_REGION: s3.region,
    S3_BUCKET: s3.bucket,
    S3_ACCESS_KEY_ID: s3.access_key_id,
    S3_SECRET_ACCESS_KEY: s3.secret_access_key,
    S3_FORCE_PATH_STYLE: undefined,
  };
  storage = createStorage(env);
  agent = new Agent();
  media = createServer((message, response) => answer(message, response));
  mediaUrl = await listen(media);
});

beforeEach(() => {
  count += 1;
});

afterAll(async () => {
  await agent?.destroy();
  storage?.client.destroy();
  media?.closeAllConnections();
  media?.close();
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function copy(options: Partial<CopyOptions> = {}, into: Storage = storage): Promise<CopyResult> {
  return copyUrl(into, {
    url: `${mediaUrl}/picture?token=secret`,
    key: `copy/${count}`,
    bytesMax: 50_000_000,
    timeoutMs: 30_000,
    allowedHosts: ["127.0.0.1"],
    dispatcher: agent,
    ...options,
  });
}

function send(bytes: Buffer, headers: Record<string, string | number> = { "content-length": bytes.length }) {
  answer = (_message, response) => {
    response.writeHead(200, { "content-type": "image/png", ...headers }).end(bytes);
  };
}

async function expectFailed(result: CopyResult, expected: Partial<Extract<CopyResult, { outcome: "failed" }>>) {
  expect(result).toMatchObject({ outcome: "failed", ...expected });
  expect(JSON.stringify(result)).not.toContain("secret");
  expect(await headObject(storage, { key: `copy/${count}` })).toEqual({ outcome: "missing" });
}

const png = (bytes: number) => makePng({ width: 1024, height: 1024, bytes });

describe("copies", () => {
  test.each([
    ["small, of known length", png(2_000), true],
    ["small, of unknown length", png(2_000), false],
    ["30 MB, of known length", png(30_000_000), true],
    ["30 MB, of unknown length", png(30_000_000), false],
    ["with its dimensions far in", makeJpeg({ width: 1024, height: 1024, metadataBytes: 600_000 }), true],
  ])("%s", async (_name, bytes, isKnown) => {
    send(bytes, isKnown ? undefined : { "transfer-encoding": "chunked" });
    const result = await copy({ key: (extension) => `copy/${count}.${extension}` });
    const extension = bytes[0] === 0xff ? "jpg" : "png";
    const contentType = bytes[0] === 0xff ? "image/jpeg" : "image/png";
    expect(result).toEqual({
      outcome: "copied",
      key: `copy/${count}.${extension}`,
      bytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      contentType,
      width: 1024,
      height: 1024,
      host: "127.0.0.1",
    });
    const read = await readObject(storage, { key: `copy/${count}.${extension}`, bytesMax: bytes.length });
    expect(read).toMatchObject({ outcome: "read", contentType });
    expect(read.outcome === "read" && read.bytes.equals(bytes)).toBe(true);
  });

  test("what was not there a moment ago", async () => {
    answer = (_message, response) => response.writeHead(404).end("no such object");
    await expectFailed(await copy(), { retryable: true, reason: "http_status", status: 404, detail: "no such object" });
    send(png(2_000));
    expect(await copy()).toMatchObject({ outcome: "copied", bytes: 2_000 });
  });

  test("many at once", async () => {
    send(png(300_000));
    const results = await Promise.all(Array.from({ length: 30 }, (_, index) => copy({ key: `many/${index}` })));
    expect(results.filter(({ outcome }) => outcome !== "copied")).toEqual([]);
  });
});

describe("does not ask", () => {
  test.each([
    ["https://evil.example/a.png", ["fal.media", "*.fal.media"]],
    ["https://fal.media.evil.example/a.png", ["fal.media", "*.fal.media"]],
    ["https://evilfal.media/a.png", ["fal.media", "*.fal.media"]],
    ["https://fal.media/a.png", ["*.fal.media"]],
    ["https://evil.example/fal.media", ["fal.media"]],
    ["https://fal.media@evil.example/", ["fal.media"]],
    ["ftp://fal.media/a.png", ["fal.media"]],
    ["data:image/png;base64,AAAA", ["fal.media", "*"]],
    ["nonsense", ["*"]],
  ])("%s", async (url, allowedHosts) => {
    const result = await copy({ url, allowedHosts });
    expect(result).toMatchObject({ outcome: "failed", retryable: false, reason: "host_not_allowed" });
  });

  test("an address that its agent refuses", async () => {
    const guarded = createGuardedAgent({ allowCidrs: [], allowHttp: true });
    await expectFailed(await copy({ dispatcher: guarded }), { retryable: false, reason: "blocked_address" });
    await guarded.close();
  });

  test.each(["https://v3b.fal.media/a.png", "https://FAL.media/a.png"])("but asks %s", async (url) => {
    const refusing = createGuardedAgent({ allowCidrs: [], allowHttp: false }, { resolve: async () => [] });
    const result = await copy({ url, allowedHosts: ["fal.media", "*.fal.media"], dispatcher: refusing });
    expect(result).toMatchObject({ reason: "blocked_address", host: new URL(url).hostname });
    await refusing.close();
  });
});

describe("fails, and stores nothing", () => {
  test.each([
    [500, true],
    [503, true],
    [429, true],
    [403, true],
    [410, false],
    [401, false],
    [302, false],
    [204, false],
  ])("on status %d", async (status, retryable) => {
    answer = (_message, response) => response.writeHead(status, { location: `${mediaUrl}/other` }).end();
    await expectFailed(await copy(), { retryable, reason: "http_status", status });
  });

  test("with the beginning of a long error page", async () => {
    answer = (_message, response) => response.writeHead(500).end("é".repeat(100_000));
    await expectFailed(await copy(), { reason: "http_status", detail: "é".repeat(300) });
  });

  test("when it announces too much", async () => {
    send(png(5_000));
    await expectFailed(await copy({ bytesMax: 4_999 }), { retryable: false, reason: "too_large" });
  });

  test("when it sends too much", async () => {
    send(png(8_000_000), { "transfer-encoding": "chunked" });
    await expectFailed(await copy({ bytesMax: 7_000_000 }), { retryable: false, reason: "too_large" });
  });

  test.each([
    ["a page", Buffer.from("<html>Please wait</html>")],
    ["nothing", Buffer.alloc(0)],
    ["noise", randomBytes(100_000)],
    ["half a header", png(2_000).subarray(0, 16)],
  ])("when it is %s", async (_name, bytes) => {
    send(bytes);
    await expectFailed(await copy(), { retryable: false, reason: "not_an_image" });
  });

  test.each([3_000, 200_000, 12_000_000])("when it ends after %d bytes", async (bytes) => {
    for (const headers of [{ "content-length": 20_000_000 }, { "transfer-encoding": "chunked" }]) {
      answer = (_message, response) => {
        response.writeHead(200, headers);
        response.write(png(20_000_000).subarray(0, bytes), () => response.destroy());
      };
      await expectFailed(await copy(), { retryable: true, reason: "truncated" });
    }
  });

  test("when the connection is refused or cut", async () => {
    await expectFailed(await copy({ url: "http://127.0.0.1:9/secret" }), {
      retryable: true,
      reason: "network",
      detail: "ECONNREFUSED",
    });
    answer = (message) => void (message.socket as Socket).resetAndDestroy();
    await expectFailed(await copy(), { retryable: true, reason: "network" });
  });

  test("when nobody answers", async () => {
    answer = () => {};
    await expectFailed(await copy({ idleTimeoutMs: 20 }), { retryable: true, reason: "timeout" });
    await expectFailed(await copy({ timeoutMs: 20 }), { retryable: true, reason: "timeout" });
  });

  test("when the source falls silent or takes too long", async () => {
    for (const headers of [{ "content-length": 20_000_000 }, { "transfer-encoding": "chunked" }]) {
      answer = (_message, response) => {
        response.writeHead(200, headers).write(png(20_000_000).subarray(0, 7_000_000));
      };
      await expectFailed(await copy({ idleTimeoutMs: 50 }), { retryable: true, reason: "timeout" });
      await expectFailed(await copy({ timeoutMs: 300 }), { retryable: true, reason: "timeout" });
    }
  });

  test("when it is stopped", async () => {
    const controller = new AbortController();
    answer = (_message, response) => {
      response.writeHead(200, { "content-length": 20_000_000 }).write(png(20_000_000).subarray(0, 7_000_000), () => {
        controller.abort();
      });
    };
    await expectFailed(await copy({ signal: controller.signal }), { retryable: true, reason: "aborted" });
    await expectFailed(await copy({ signal: AbortSignal.abort() }), { retryable: true, reason: "aborted" });
  });
});

describe("when S3", () => {
  test("has no such bucket", async () => {
    const broken = createStorage({ ...env, S3_BUCKET: "no-such-bucket" });
    for (const headers of [undefined, { "transfer-encoding": "chunked" }]) {
      send(png(7_000_000), headers);
      expect(await copy({}, broken)).toMatchObject({
        outcome: "failed",
        retryable: true,
        reason: "storage",
        detail: "NoSuchBucket (404)",
      });
    }
    broken.client.destroy();
  });

  test("is not there", async () => {
    const gone = createStorage({ ...env, S3_ENDPOINT: "http://127.0.0.1:9" });
    send(png(2_000_000));
    expect(await copy({}, gone)).toMatchObject({ reason: "storage", retryable: true, detail: "ECONNREFUSED" });
    gone.client.destroy();
  });

  test("hangs", async () => {
    const hanging = createServer((message) => void message.resume());
    const stuck = createStorage({ ...env, S3_ENDPOINT: await listen(hanging) });
    send(png(2_000_000));
    expect(await copy({ timeoutMs: 200 }, stuck)).toMatchObject({ reason: "timeout", retryable: true });
    stuck.client.destroy();
    hanging.closeAllConnections();
    hanging.close();
  });

  test("stores other bytes than it was sent", async () => {
    const bytes = png(100_000);
    const lying = createServer((message, response) => {
      message.resume().on("end", () => {
        response.setHeader("etag", '"x"');
        if (message.method === "GET") response.end(Buffer.concat([bytes.subarray(0, -1), Buffer.from("x")]));
        else response.end();
      });
    });
    const liar = createStorage({ ...env, S3_ENDPOINT: await listen(lying) });
    send(bytes);
    expect(await copy({}, liar)).toMatchObject({
      reason: "not_verified",
      retryable: true,
      detail: "other bytes were stored",
    });
    liar.client.destroy();
    lying.closeAllConnections();
    lying.close();
  });

  test.each([
    ["has the MD5 of what it stored for its name", (bytes: Buffer) => createHash("md5").update(bytes).digest("hex"), 0],
    ["has another name for it", () => "0123456789abcdef0123456789abcdef", 1],
  ])("is asked for the bytes unless it %s", async (_name, etagOf, reads) => {
    const bytes = png(100_000);
    const methods: string[] = [];
    const stored: Buffer[] = [];
    const store = createServer((message, response) => {
      methods.push(message.method ?? "");
      const isPut = message.method === "PUT";
      message.on("data", (piece: Buffer) => void (isPut && stored.push(piece)));
      message.on("end", () => {
        const object = Buffer.concat(stored);
        response.setHeader("etag", `"${etagOf(object)}"`).end(isPut ? "" : object);
      });
    });
    const storage = createStorage({ ...env, S3_ENDPOINT: await listen(store) });
    send(bytes);
    expect(await copy({}, storage)).toMatchObject({ outcome: "copied", bytes: bytes.length });
    expect(methods.filter((method) => method === "GET")).toHaveLength(reads);
    storage.client.destroy();
    store.closeAllConnections();
    store.close();
  });
});
