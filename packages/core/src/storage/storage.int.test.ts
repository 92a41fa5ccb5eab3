import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createBucket } from "@darkroom/testing/create-bucket";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Log } from "../log.ts";
import { deleteObjects, deletePrefix } from "./delete-objects.ts";
import { ensureBucket } from "./ensure-bucket.ts";
import { headObject } from "./head-object.ts";
import { presignGet } from "./presign-get.ts";
import { putObject } from "./put-object.ts";
import { putStream } from "./put-stream.ts";
import { openObject, readObject } from "./read-object.ts";
import { createStorage, type Storage, type StorageEnv } from "./s3.ts";
import { verifyObject } from "./verify-object.ts";

let env: StorageEnv;
let storage: Storage;

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
});

afterAll(() => storage?.client.destroy());

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const type = "image/png";
const megabyte = 1_048_576;

async function stored(key: string): Promise<Buffer> {
  const read = await readObject(storage, { key, bytesMax: 100 * megabyte });
  if (read.outcome !== "read") throw new Error(`${key}: ${read.outcome}`);
  return read.bytes;
}

/** The bytes in pieces, as a socket gives them. */
function streamOf(bytes: Buffer, pieceBytes = 65_536): Readable {
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
  return Readable.from(pieces);
}

describe("putObject and putStream", () => {
  test.each([1, 1_000, 5 * megabyte, 5 * megabyte + 1, 30 * megabyte])(
    "%d bytes come back the same",
    async (length) => {
      const bytes = randomBytes(length);
      await putObject(storage, { key: "same/object", bytes, contentType: type });
      await putStream(storage, { key: "same/known", body: streamOf(bytes), bytes: length, contentType: type });
      await putStream(storage, { key: "same/unknown", body: streamOf(bytes), contentType: type });
      for (const key of ["same/object", "same/known", "same/unknown"]) {
        expect((await stored(key)).equals(bytes)).toBe(true);
        expect(await headObject(storage, { key })).toEqual({ outcome: "found", bytes: length, contentType: type });
        expect(await verifyObject(storage, { key, bytes: length, sha256: sha256(bytes) })).toEqual({ ok: true });
      }
    },
  );

  test("an empty stream is an empty object", async () => {
    await putStream(storage, { key: "empty", body: Readable.from([]), contentType: type });
    expect(await stored("empty")).toHaveLength(0);
  });

  describe.each([
    ["of known length", 20 * megabyte],
    ["of unknown length", undefined],
  ])("a stream %s", (_name, bytes) => {
    const cut = 12 * megabyte;

    /** s3rver lists no unfinished uploads: what was asked of it tells. */
    let asked: string[] = [];
    beforeEach(() => {
      asked = [];
      storage.client.middlewareStack.add(
        (next, context) => (call) => {
          asked.push(context.commandName?.replace("Command", "") ?? "");
          return next(call);
        },
        { step: "initialize", name: "record" },
      );
    });
    afterEach(() => {
      storage.client.middlewareStack.remove("record");
    });

    async function expectNothing(key: string): Promise<void> {
      if (asked.includes("CreateMultipartUpload")) expect(asked.at(-1)).toBe("AbortMultipartUpload");
      expect(asked).not.toContain("CompleteMultipartUpload");
      expect(await headObject(storage, { key })).toEqual({ outcome: "missing" });
    }

    test("that breaks leaves nothing and fails with its own error", async () => {
      async function* breaking() {
        yield randomBytes(cut);
        throw new Error("the source broke");
      }
      const put = putStream(storage, { key: "broken", body: Readable.from(breaking()), bytes, contentType: type });
      await expect(put).rejects.toThrow("the source broke");
      expect(asked).toContain(bytes === undefined ? "AbortMultipartUpload" : "PutObject");
      await expectNothing("broken");
    });

    test("that is aborted leaves nothing", async () => {
      const body = new PassThrough();
      body.write(randomBytes(cut));
      const controller = new AbortController();
      const put = putStream(storage, { key: "aborted", body, bytes, contentType: type, signal: controller.signal });
      controller.abort(new Error("shutting down"));
      await expect(put).rejects.toThrow("shutting down");
      expect(body.destroyed).toBe(true);
      await expectNothing("aborted");
    });

    test("whose signal has been aborted before is not sent", async () => {
      const signal = AbortSignal.abort(new Error("too late"));
      const put = putStream(storage, {
        key: "late",
        body: streamOf(randomBytes(cut)),
        bytes,
        contentType: type,
        signal,
      });
      await expect(put).rejects.toThrow("too late");
      await expectNothing("late");
    });

    test("that cannot be stored is let go", async () => {
      const elsewhere = createStorage({ ...env, S3_BUCKET: "no-such-bucket" });
      const body = streamOf(randomBytes(cut));
      const put = putStream(elsewhere, { key: "x", body, bytes, contentType: type });
      await expect(put).rejects.toMatchObject({ name: "NoSuchBucket" });
      expect(body.destroyed).toBe(true);
      elsewhere.client.destroy();
    });
  });
});

describe("readObject and openObject", () => {
  test("answer what is missing as a value", async () => {
    expect(await readObject(storage, { key: "none", bytesMax: 1 })).toEqual({ outcome: "missing" });
    expect(await openObject(storage, { key: "none" })).toEqual({ outcome: "missing" });
    expect(await headObject(storage, { key: "none" })).toEqual({ outcome: "missing" });
  });

  test("read no more than asked for", async () => {
    const bytes = randomBytes(1_000);
    await putObject(storage, { key: "limit", bytes, contentType: type });
    expect(await readObject(storage, { key: "limit", bytesMax: 1_000 })).toEqual({
      outcome: "read",
      bytes,
      contentType: type,
    });
    expect(await readObject(storage, { key: "limit", bytesMax: 999 })).toEqual({ outcome: "too_large" });
    const opened = await openObject(storage, { key: "limit" });
    expect(opened.outcome === "opened" && (await buffer(opened.body)).equals(bytes)).toBe(true);
  });
});

describe("verifyObject", () => {
  test("tells missing, shorter and other bytes", async () => {
    const bytes = randomBytes(1_000);
    await putObject(storage, { key: "verify", bytes, contentType: type });
    const right = { key: "verify", bytes: 1_000, sha256: sha256(bytes) };
    expect(await verifyObject(storage, right)).toEqual({ ok: true });
    expect(await verifyObject(storage, { ...right, key: "gone" })).toMatchObject({ ok: false, detail: /not there/ });
    expect(await verifyObject(storage, { ...right, bytes: 1_001 })).toMatchObject({ ok: false, detail: /1000 bytes/ });
    expect(await verifyObject(storage, { ...right, sha256: sha256(randomBytes(1)) })).toMatchObject({ ok: false });
  });
});

describe("deleteObjects and deletePrefix", () => {
  test("delete what is named and nothing else", async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `tenants/ten_a/jobs/job_1/out_${index}.png`);
    const others = ["tenants/ten_a/jobs/job_10/out_1.png", "tenants/ten_b/jobs/job_1/out_1.png"];
    for (const key of [...keys, ...others])
      await putObject(storage, { key, bytes: Buffer.from("x"), contentType: type });
    await deleteObjects(storage, [keys[0]!, "tenants/ten_a/none"]);
    expect(await headObject(storage, { key: keys[0]! })).toEqual({ outcome: "missing" });
    expect(await deletePrefix(storage, "tenants/ten_a/jobs/job_1/")).toBe(24);
    expect(await deletePrefix(storage, "tenants/ten_a/jobs/job_1/")).toBe(0);
    for (const key of others) expect(await headObject(storage, { key })).toMatchObject({ outcome: "found" });
  });

  test.each(["", "/", "tenants/", "tenants/ten_a", "tenants/ten_a/jobs/job_1"])(
    "refuse the prefix %j",
    async (prefix) => {
      await expect(deletePrefix(storage, prefix)).rejects.toThrow("end with a slash");
    },
  );
});

describe("presignGet", () => {
  test("makes a link that needs nothing else", async () => {
    const bytes = randomBytes(1_000);
    await putObject(storage, { key: "tenants/a/link.png", bytes, contentType: type });
    const link = await presignGet(storage, { key: "tenants/a/link.png", expiresInSeconds: 60 });
    const response = await fetch(link);
    expect(response.headers.get("content-type")).toBe(type);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test("says how the answer is to be called", async () => {
    await putObject(storage, { key: "named", bytes: Buffer.from("x"), contentType: "application/octet-stream" });
    const options = { key: "named", expiresInSeconds: 60, contentType: "image/webp", downloadName: 'a "b" é.webp' };
    const response = await fetch(await presignGet(storage, options));
    expect(response.headers.get("content-type")).toBe("image/webp");
    expect(response.headers.get("content-disposition")).toBe(
      `attachment; filename="a__b___.webp"; filename*=UTF-8''a%20%22b%22%20%C3%A9.webp`,
    );
  });

  test("names the host that readers know, and begins when it is told", async () => {
    const behind = createStorage({ ...env, S3_PUBLIC_ENDPOINT: "https://media.example.com" });
    const now = new Date("2026-01-02T03:04:05.000Z");
    const link = new URL(await presignGet(behind, { key: "a/b.png", expiresInSeconds: 90, now }));
    expect(link.origin + link.pathname).toBe(`https://media.example.com/${env.S3_BUCKET}/a/b.png`);
    expect(link.searchParams.get("X-Amz-Date")).toBe("20260102T030405Z");
    expect(link.searchParams.get("X-Amz-Expires")).toBe("90");
    expect(link.searchParams.has("x-amz-checksum-mode")).toBe(false);
    behind.client.destroy();
  });

  test("addresses AWS by the bucket's own host", async () => {
    const aws = createStorage({ ...env, S3_ENDPOINT: undefined, S3_REGION: "eu-central-1" });
    const link = new URL(await presignGet(aws, { key: "k", expiresInSeconds: 60 }));
    expect(link.host).toBe(`${env.S3_BUCKET}.s3.eu-central-1.amazonaws.com`);
    aws.client.destroy();
  });
});

describe("ensureBucket", () => {
  test("makes what is missing, once", async () => {
    const fresh = createStorage({ ...env, S3_BUCKET: "made-at-boot" });
    await Promise.all([ensureBucket(fresh), ensureBucket(fresh)]);
    await ensureBucket(fresh);
    await putObject(fresh, { key: "a", bytes: Buffer.from("x"), contentType: type });
    fresh.client.destroy();
  });
});

describe("the log", () => {
  test("has a line per call with status, host and time, and never a key", async () => {
    const lines: unknown[] = [];
    const write = (line: unknown) => lines.push(line);
    const logged = createStorage(env, { log: { debug: write, info: write } as unknown as Log });
    await putObject(logged, { key: "private/a", bytes: Buffer.from("x"), contentType: type });
    await headObject(logged, { key: "private/none" });
    const line = { host: new URL(env.S3_ENDPOINT ?? "").hostname, ms: expect.any(Number) };
    expect(lines).toEqual([
      { ...line, call: "s3.PutObject", status: 200 },
      { ...line, call: "s3.HeadObject", status: 404 },
    ]);
    logged.client.destroy();
  });
});

describe("the SDK's configuration", () => {
  test("sends no checksum framing, no trailer and no Expect, whatever the body", async () => {
    const seen: { encoding: unknown; trailer: unknown; expect: unknown; sum: unknown; length: unknown }[] = [];
    const server = createServer((message, response) => {
      const { headers } = message;
      seen.push({
        encoding: headers["content-encoding"],
        trailer: headers["x-amz-trailer"],
        expect: headers.expect,
        sum: headers["x-amz-checksum-crc32"],
        length: headers["content-length"],
      });
      message.resume().on("end", () => response.setHeader("etag", '"x"').end());
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const plain = createStorage({ ...env, S3_ENDPOINT: endpoint });
    const bytes = randomBytes(3 * megabyte);
    await putObject(plain, { key: "a", bytes, contentType: type });
    await putStream(plain, { key: "a", body: streamOf(bytes), bytes: bytes.length, contentType: type });
    await putStream(plain, { key: "a", body: streamOf(bytes), contentType: type });
    const nothing = { encoding: undefined, trailer: undefined, expect: undefined, sum: undefined };
    expect(seen).toEqual(Array(3).fill({ ...nothing, length: String(bytes.length) }));
    plain.client.destroy();
    server.close();
  });
});
