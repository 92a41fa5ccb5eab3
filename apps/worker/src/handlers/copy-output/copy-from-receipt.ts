import type { Context } from "@darkroom/core/context";
import { imageUrlAt } from "@darkroom/core/fal/image-url-at";
import type { FalReceipt } from "@darkroom/core/generated/prisma/client";
import type { OutputToCopy } from "@darkroom/core/jobs/claim-copy";
import type { JobRow } from "@darkroom/core/jobs/job-row";
import type { CopyResult } from "@darkroom/core/storage/copy-url";
import { decodeDataUri } from "@darkroom/core/storage/decode-data-uri";
import { type ImageExtension, imageExtensions } from "@darkroom/core/storage/image-types";
import { putObject } from "@darkroom/core/storage/put-object";
import { readObject } from "@darkroom/core/storage/read-object";
import { verifyObject } from "@darkroom/core/storage/verify-object";

/** Where the bytes come from, for log and timeline. */
const host = "receipt";
/** A receipt holds up to four pictures in base64. */
const receiptBytesMax = 200_000_000;

/** Stores a picture that fal sent as a data URI (`sync_mode`): its bytes are in the receipt that moved the job. */
export async function copyFromReceipt(
  context: Context,
  job: JobRow,
  output: OutputToCopy,
  key: (extension: ImageExtension) => string,
): Promise<CopyResult> {
  const text = await readReceipt(context, job);
  const uri = text && imageUrlAt(text, output.index);
  if (!uri) return failed(false, "not_an_image", "fal's stored answer holds no such picture");
  const decoded = await decodeDataUri(uri, { bytesMax: context.env.OUTPUT_BYTES_MAX });
  if (!decoded.ok) return failed(false, decoded.reason === "too_large" ? "too_large" : "not_an_image", decoded.detail);
  const { bytes, contentType, width, height, sha256 } = decoded;
  const object = { key: key(imageExtensions[contentType]), bytes: bytes.length, sha256 };
  await putObject(context.storage, { key: object.key, bytes, contentType });
  const verified = await verifyObject(context.storage, object);
  if (!verified.ok) return failed(true, "not_verified", verified.detail);
  return { outcome: "copied", ...object, contentType, width, height, host };
}

async function readReceipt(context: Context, job: JobRow): Promise<string | null> {
  const attempt = { jobId: job.id, number: job.attempt };
  const receipt = await context.db.falReceipt.findFirst({ where: { attempt, verdict: "applied", ok: true } });
  if (!receipt) return null;
  if (receipt.body) return Buffer.from(receipt.body).toString("utf8");
  return receipt.bodyKey ? readLarge(context, receipt.bodyKey) : null;
}

async function readLarge(context: Context, key: NonNullable<FalReceipt["bodyKey"]>): Promise<string | null> {
  const read = await readObject(context.storage, { key, bytesMax: receiptBytesMax });
  return read.outcome === "read" ? read.bytes.toString("utf8") : null;
}

function failed(
  retryable: boolean,
  reason: Extract<CopyResult, { outcome: "failed" }>["reason"],
  detail: string,
): CopyResult {
  return { outcome: "failed", retryable, reason, detail, host };
}
