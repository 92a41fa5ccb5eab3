import { createHash } from "node:crypto";
import type { Context } from "./context.ts";
import { newId } from "./ids.ts";
import { announceObjects } from "./loose-objects/announce-objects.ts";
import { receiptKey } from "./storage/keys.ts";
import { putObject } from "./storage/put-object.ts";

/** What a receipt row says about fal's bytes: the bytes themselves, or where they are. */
export type KeptReceipt = {
  bodyHash: Uint8Array;
  bodyBytes: number;
  body: Uint8Array | null;
  bodyKey: string | null;
};

/** Answers with links are 1-2 KB; those with data URIs are megabytes, which do not belong into Postgres. */
const rowBytesMax = 64_000;

/**
 * Keeps a large body in storage before its receipt is written. Each call under a key of its own: a repeat, which is only counted,
 * leaves a loose object, and never one that two rows believe to be theirs.
 */
export async function keepReceipt(
  context: Pick<Context, "db" | "storage">,
  jobId: string,
  body: Buffer,
  // The hash is given where the body was hashed while it came.
  options: { now: Date; bodyHash?: Buffer },
): Promise<KeptReceipt> {
  const { now, bodyHash = createHash("sha256").update(body).digest() } = options;
  if (body.length <= rowBytesMax) return { bodyHash, bodyBytes: body.length, body, bodyKey: null };
  const bodyKey = receiptKey({ jobId, receiptId: newId("rcp") });
  await announceObjects(context.db, [bodyKey], now);
  await putObject(context.storage, { key: bodyKey, bytes: body, contentType: "application/json" });
  return { bodyHash, bodyBytes: body.length, body: null, bodyKey };
}
