import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Storage } from "./s3.ts";

/** Stores bytes that are in memory anyway, replacing what is there. Throws when S3 fails in spite of the SDK's retries. */
export async function putObject(
  storage: Storage,
  object: { key: string; bytes: Uint8Array; contentType: string; signal?: AbortSignal },
): Promise<void> {
  const command = new PutObjectCommand({
    Bucket: storage.bucket,
    Key: object.key,
    Body: object.bytes,
    ContentLength: object.bytes.byteLength,
    ContentType: object.contentType,
  });
  await storage.client.send(command, { abortSignal: object.signal });
}
