import type { Model } from "@darkroom/contract/models/model";
import type { Context } from "./context.ts";
import { readFiles } from "./files/read-file.ts";
import { isId } from "./ids.ts";
import { beginErasing, type EraseResult, finishErasing } from "./jobs/erase-job.ts";
import type { JobRow } from "./jobs/job-row.ts";
import { findOwnedElsewhere } from "./reuse/find-owned-elsewhere.ts";
import { deleteObjects, deletePrefix } from "./storage/delete-objects.ts";
import { jobPrefix, receiptPrefix } from "./storage/keys.ts";
import { thumbnailKey } from "./thumbnails/ensure-thumbnail.ts";

/** Erases a job: rows and objects. When this answers, all of it is gone; asking again completes an erasure that broke off. */
export async function eraseWholeJob(
  context: Context,
  who: { tenantId: string; jobId: string },
  now: Date,
): Promise<EraseResult> {
  const result = await beginErasing(context.db, who, now);
  if (result.outcome !== "erasing") return result;
  const fileIds = await ownFiles(context, result.job);
  await deleteObjectsOf(context, result.job);
  await deletePrefix(context.storage, receiptPrefix(who.jobId));
  await finishErasing(context.db, { ...who, fileIds }, now);
  return result;
}

/** Images that another job got from this one stay, and those that this one got from another go with the last who has them. */
async function deleteObjectsOf({ db, storage }: Context, job: JobRow): Promise<void> {
  const { keys, owned } = job.shares ? await findOwnedElsewhere(db, job.id) : { keys: [], owned: [] };
  const withThumbs = (some: string[]) => some.flatMap((key) => [key, thumbnailKey(key)]);
  const prefix = jobPrefix({ tenantId: job.tenantId, jobId: job.id });
  await deletePrefix(storage, prefix, new Set(withThumbs(owned)));
  const elsewhere = keys.filter((key) => !key.startsWith(prefix) && !owned.includes(key));
  await deleteObjects(storage, withThumbs(elsewhere));
}

/** The files that came inside this job, told by where they are stored. */
async function ownFiles(context: Context, job: JobRow): Promise<string[]> {
  const ids = namedFiles(job, context.models.find(job.model));
  const files = await readFiles(context.db, { ids, tenantId: job.tenantId });
  const prefix = jobPrefix({ tenantId: job.tenantId, jobId: job.id });
  return files.filter((file) => file.key.startsWith(prefix)).map((file) => file.id);
}

function namedFiles(job: JobRow, model: Model | undefined): string[] {
  const input = (job.input ?? {}) as Record<string, unknown>;
  const values = (model?.imageFields ?? []).flatMap((field) => input[field]);
  return values.filter((value): value is string => typeof value === "string" && isId("file", value));
}
