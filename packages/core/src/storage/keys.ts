/**
 * Where things are in the bucket. Everything of a tenant, and everything of a job, has a prefix of its own, by which it is erased.
 * Keys are kept in rows; nothing reads them apart.
 */
export function outputKey(ids: { tenantId: string; jobId: string; outputId: string }, extension: string): string {
  return `${jobPrefix(ids)}${segment(ids.outputId)}.${segment(extension)}`;
}

export function jobPrefix(ids: { tenantId: string; jobId: string }): string {
  return `${tenantPrefix(ids.tenantId)}jobs/${segment(ids.jobId)}/`;
}

/** A picture that came with a job, as a data URI: it goes when the job goes. */
export function jobInputKey(ids: { tenantId: string; jobId: string; fileId: string }, extension: string): string {
  return `${jobPrefix(ids)}${segment(ids.fileId)}.${segment(extension)}`;
}

export function fileKey(ids: { tenantId: string; fileId: string }, extension: string): string {
  return `${tenantPrefix(ids.tenantId)}files/${segment(ids.fileId)}.${segment(extension)}`;
}

export function tenantPrefix(tenantId: string): string {
  return `tenants/${segment(tenantId)}/`;
}

/**
 * fal's answers that are too large for a row; `receiptId` tells answers of a job apart. Beside the tenants, so that a bucket
 * policy on `tenants/` never shows them to readers.
 */
export function receiptKey(ids: { jobId: string; receiptId: string }): string {
  return `${receiptPrefix(ids.jobId)}${segment(ids.receiptId)}.json`;
}

export function receiptPrefix(jobId: string): string {
  return `receipts/${segment(jobId)}/`;
}

/** Ids and extensions are ours; anything else here is a mistake that must not become a path. */
function segment(text: string): string {
  if (!/^[a-z0-9_]+$/.test(text)) throw new Error("A part of a storage key has characters it may not have.");
  return text;
}
