import type { Records } from "../records/gather-records.ts";
import type { Indexed } from "./index-records.ts";

/** Why an object that no row names may lie there. Each was written before the row that would have named it, which was then not written. */
export const orphanReasons = {
  to_be_deleted: "known not to be needed, and waiting to be deleted",
  input_of_unmade_job: "a picture of a request that was refused, replayed or broken off after it was stored",
  upload_not_recorded: "an upload whose row could not be written: the client was told so, and sent it again",
  output_not_recorded:
    "a copy that was made but not recorded, or of a round before the last: below its job's prefix, erased with it",
  receipt_not_recorded: "a large answer of fal whose receipt was not written, or was known already",
  unexplained: "none of the above: look into it",
} as const;
export type OrphanReason = keyof typeof orphanReasons;

export function explainOrphans({ bucket, database }: Records, { byJob }: Indexed): Record<OrphanReason, string[]> {
  const named = new Set([
    ...database.outputs.map(({ key }) => key),
    ...database.files.map(({ key }) => key),
    ...database.receipts.map(({ bodyKey }) => bodyKey),
  ]);
  const loose = new Set(database.looseObjects.map(({ key }) => key));
  const orphans: Record<OrphanReason, string[]> = {
    to_be_deleted: [],
    input_of_unmade_job: [],
    upload_not_recorded: [],
    output_not_recorded: [],
    receipt_not_recorded: [],
    unexplained: [],
  };
  for (const key of bucket.keys()) {
    if (named.has(key)) continue;
    orphans[loose.has(key) ? "to_be_deleted" : reasonFor(key, (id) => byJob.has(id))].push(key);
  }
  return orphans;
}

function reasonFor(key: string, isJob: (id: string) => boolean): OrphanReason {
  const [, jobId = "", name = ""] = /^tenants\/[^/]+\/jobs\/([^/]+)\/([^/]+)$/.exec(key) ?? [];
  if (name.startsWith("out_") && isJob(jobId)) return "output_not_recorded";
  if (name.startsWith("file_") && !isJob(jobId)) return "input_of_unmade_job";
  if (/^tenants\/[^/]+\/files\/file_/.test(key)) return "upload_not_recorded";
  const receiptOf = /^receipts\/([^/]+)\//.exec(key)?.[1];
  return receiptOf && isJob(receiptOf) ? "receipt_not_recorded" : "unexplained";
}
