import type { Readable } from "node:stream";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { Storage } from "./s3.ts";

export type StreamedObject = {
  key: string;
  body: Readable;
  contentType: string;
  /** The exact length, where it is known. */
  bytes?: number;
  signal?: AbortSignal;
};

/** The smallest part S3 takes (AWS: multipart upload limits). */
const partBytes = 5 * 1024 * 1024;

/** What the store calls what it has; undefined for an object in parts, whose tag says nothing of its bytes. */
export type Stored = { etag: string | undefined };

/**
 * Stores a stream: all of it or, if it fails or is aborted, nothing. Of known length it passes through with some 100 KB of
 * memory; otherwise in parts of 5 MB, one after the other, which takes up to three of them (filling, joining, sending).
 * Throws the stream's own error, the signal's reason, or S3's error. `body` is consumed or destroyed when this returns.
 */
export async function putStream(storage: Storage, object: StreamedObject): Promise<Stored> {
  const { body, signal } = object;
  const sending = new AbortController();
  const stop = () => {
    body.destroy(new Error("aborted"));
    sending.abort();
  };
  // The SDK pipes the body and does not notice when it breaks: the request must be ended then, or S3 waits for the rest.
  body.once("error", () => sending.abort());
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted || body.destroyed) stop();
  try {
    const { bytes } = object;
    return await (bytes === undefined ? putParts(storage, object) : putWhole(storage, object, bytes, sending.signal));
  } catch (error) {
    throw signal?.aborted ? signal.reason : causeOf(body, error);
  } finally {
    signal?.removeEventListener("abort", stop);
    body.on("error", () => {}).destroy();
  }
}

/** The SDK says "aborted" or "premature close" where the stream knows better, unless the SDK itself has left it. */
function causeOf(body: Readable, error: unknown): unknown {
  return body.errored && body.errored.name !== "AbortError" ? body.errored : error;
}

async function putWhole(
  storage: Storage,
  object: StreamedObject,
  bytes: number,
  abortSignal: AbortSignal,
): Promise<Stored> {
  const command = new PutObjectCommand({ ...describe(storage, object), Body: object.body, ContentLength: bytes });
  const { ETag: etag } = await storage.client.send(command, { abortSignal });
  return { etag };
}

/**
 * Not stopped by Upload's own abort(): that returns before the parts are gone. A stream that fails does it in order: the part
 * under way ends, the parts are removed, then done() throws.
 */
async function putParts(storage: Storage, object: StreamedObject): Promise<Stored> {
  const params = { ...describe(storage, object), Body: object.body };
  await new Upload({ client: storage.client, params, partSize: partBytes, queueSize: 1 }).done();
  return { etag: undefined };
}

function describe(storage: Storage, object: StreamedObject) {
  return { Bucket: storage.bucket, Key: object.key, ContentType: object.contentType };
}
