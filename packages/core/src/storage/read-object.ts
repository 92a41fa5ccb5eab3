import type { Readable } from "node:stream";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { Storage } from "./s3.ts";
import { isMissing } from "./storage-error.ts";

export type OpenedObject =
  | { outcome: "opened"; body: Readable; bytes: number | undefined; contentType: string | undefined }
  | { outcome: "missing" };

/** An object as a stream, which the caller must consume or destroy: it holds a connection. */
export async function openObject(
  storage: Storage,
  options: { key: string; signal?: AbortSignal },
): Promise<OpenedObject> {
  const command = new GetObjectCommand({ Bucket: storage.bucket, Key: options.key });
  try {
    const answer = await storage.client.send(command, { abortSignal: options.signal });
    // In Node the SDK's body is always a Readable.
    const body = answer.Body as Readable;
    return { outcome: "opened", body, bytes: answer.ContentLength, contentType: answer.ContentType };
  } catch (error) {
    if (isMissing(error)) return { outcome: "missing" };
    throw error;
  }
}

export type ReadObject =
  | { outcome: "read"; bytes: Buffer<ArrayBuffer>; contentType: string | undefined }
  | { outcome: "missing" }
  | { outcome: "too_large" };

/** An object in memory, if it has no more than `bytesMax`. */
export async function readObject(
  storage: Storage,
  options: { key: string; bytesMax: number; signal?: AbortSignal },
): Promise<ReadObject> {
  const object = await openObject(storage, options);
  if (object.outcome === "missing") return object;
  const chunks: Buffer[] = [];
  let bytes = object.bytes ?? 0;
  if (bytes <= options.bytesMax) {
    bytes = 0;
    for await (const chunk of object.body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > options.bytesMax) break; // Leaving the loop destroys the stream.
    }
  }
  if (bytes <= options.bytesMax)
    return { outcome: "read", bytes: Buffer.concat(chunks), contentType: object.contentType };
  object.body.destroy();
  return { outcome: "too_large" };
}
