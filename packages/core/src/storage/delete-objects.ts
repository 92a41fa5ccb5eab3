import { DeleteObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import pLimit from "p-limit";
import type { Storage } from "./s3.ts";

/** A tenth of the sockets: erasing waits for copying, not the other way round. */
const concurrency = 8;

/**
 * Deletes keys; those that are not there are fine. One request each: DeleteObjects would be one for a thousand, but wants a
 * checksum header that S3-compatible servers disagree about. Throws on the first failure; calling again is safe.
 */
export async function deleteObjects(storage: Storage, keys: readonly string[]): Promise<void> {
  const limit = pLimit(concurrency);
  const { client, bucket: Bucket } = storage;
  await Promise.all(keys.map((Key) => limit(() => client.send(new DeleteObjectCommand({ Bucket, Key })))));
}

/** Deletes everything below a prefix (keys.ts) but what is to be kept, page by page, and answers how much that was. */
export async function deletePrefix(
  storage: Storage,
  prefix: string,
  kept: ReadonlySet<string> = new Set(),
): Promise<number> {
  if (!/^.+\/.+\/$/.test(prefix))
    throw new Error("A prefix to delete must name a tenant or a job and end with a slash.");
  let deleted = 0;
  let ContinuationToken: string | undefined;
  do {
    const page = await storage.client.send(
      new ListObjectsV2Command({ Bucket: storage.bucket, Prefix: prefix, ContinuationToken }),
    );
    const keys = (page.Contents ?? []).flatMap(({ Key }) => (Key && !kept.has(Key) ? Key : []));
    await deleteObjects(storage, keys);
    deleted += keys.length;
    ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (ContinuationToken);
  return deleted;
}
