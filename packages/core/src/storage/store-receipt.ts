import { createHash } from "node:crypto";
import { receiptKey } from "./keys.ts";
import { putObject } from "./put-object.ts";
import type { Storage } from "./s3.ts";

/** What a receipt row says about fal's bytes: the bytes themselves, or where they are. */
export type StoredReceipt = {
  bodyHash: Uint8Array;
  bodyBytes: number;
  body: Uint8Array | null;
  bodyKey: string | null;
};

/** Answers with links are 1-2 KB; those with data URIs are megabytes, which do not belong into Postgres. */
const rowBytesMax = 64_000;

/** Keeps a large body in S3 before its receipt is written; the key follows from job and content, so a repeat overwrites itself. */
export async function storeReceipt(
  storage: Storage,
  jobId: string,
  body: Buffer,
  // Given where the body was hashed while it came.
  bodyHash: Buffer = createHash("sha256").update(body).digest(),
): Promise<StoredReceipt> {
  if (body.length <= rowBytesMax) return { bodyHash, bodyBytes: body.length, body, bodyKey: null };
  const bodyKey = receiptKey({ jobId, receiptId: bodyHash.toString("hex") });
  await putObject(storage, { key: bodyKey, bytes: body, contentType: "application/json" });
  return { bodyHash, bodyBytes: body.length, body: null, bodyKey };
}
