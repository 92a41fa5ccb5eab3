import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, expect, test } from "vitest";
import { openLog } from "./open-log.ts";
import { pickPort } from "./pick-port.ts";
import { startObjectStore } from "./start-object-store.ts";

const dir = mkdtempSync(join(tmpdir(), "darkroom-s3-"));
const store = await startObjectStore({ dir: join(dir, "s3"), port: await pickPort() }, openLog(join(dir, "s3.log")));
afterAll(async () => {
  await store.stop();
  rmSync(dir, { recursive: true });
});

const Bucket = store.s3.bucket;
const body = randomBytes(8_000_000);

function connect(requestChecksumCalculation: "WHEN_REQUIRED" | "WHEN_SUPPORTED"): S3Client {
  return new S3Client({
    endpoint: store.s3.endpoint,
    region: store.s3.region,
    forcePathStyle: true,
    requestChecksumCalculation,
    maxAttempts: 1,
    credentials: { accessKeyId: store.s3.access_key_id, secretAccessKey: store.s3.secret_access_key },
  });
}
const client = connect("WHEN_REQUIRED");

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

const put = (Key: string, s3 = client) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: Readable.from(pieces(body)), ContentLength: body.length }));

async function sha256Of(Key: string): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return sha256(await Body!.transformToByteArray());
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

test("what is answered as stored can be read whole at once, many at a time", async () => {
  const keys = Array.from({ length: 8 }, (_, index) => `many/${index}`);
  await Promise.all(
    keys.map(async (Key) => {
      await put(Key);
      const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
      expect(head.ContentLength).toBe(body.length);
      expect(await sha256Of(Key)).toBe(sha256(body));
    }),
  );
  await Promise.all(keys.map((Key) => client.send(new DeleteObjectCommand({ Bucket, Key }))));
});

test("a multipart upload is assembled whole", async () => {
  const params = { Bucket, Key: "multipart", Body: Readable.from(pieces(body)) };
  await new Upload({ client, params, partSize: 5 * 1024 * 1024 }).done();
  expect(await sha256Of("multipart")).toBe(sha256(body));
});

test("an upload that breaks off leaves nothing", async () => {
  const abort = new AbortController();
  async function* breaksOff() {
    yield body.subarray(0, 100_000);
    abort.abort();
    yield body.subarray(100_000);
  }
  const Body = Readable.from(breaksOff());
  const broken = new PutObjectCommand({ Bucket, Key: "broken", Body, ContentLength: body.length });
  await expect(client.send(broken, { abortSignal: abort.signal })).rejects.toThrow();
  await expect(client.send(new HeadObjectCommand({ Bucket, Key: "broken" }))).rejects.toMatchObject({
    name: "NotFound",
  });
});

test("a body with a checksum trailer is refused, not stored with its framing", async () => {
  await expect(put("framed", connect("WHEN_SUPPORTED"))).rejects.toThrow();
  await expect(client.send(new HeadObjectCommand({ Bucket, Key: "framed" }))).rejects.toMatchObject({
    name: "NotFound",
  });
});

test("presigned links work whole and in part", async () => {
  await put("linked");
  const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "linked" }), { expiresIn: 60 });
  const ranges = async (range?: string) => {
    const response = await fetch(url, { headers: range ? { range } : {} });
    return [response.status, (await response.arrayBuffer()).byteLength];
  };
  expect(await ranges()).toEqual([200, body.length]);
  expect(await ranges("bytes=0-99")).toEqual([206, 100]);
  expect(await ranges("bytes=7999900-")).toEqual([206, 100]);
  // Ignoring a range is allowed; misreading it is not.
  expect(await ranges("bytes=-500")).toEqual([200, body.length]);
});
