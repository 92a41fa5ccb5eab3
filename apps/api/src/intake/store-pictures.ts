import type { NewFile } from "@darkroom/core/files/record-file";
import { imageExtensions } from "@darkroom/core/storage/image-types";
import { jobInputKey } from "@darkroom/core/storage/keys";
import { putObject } from "@darkroom/core/storage/put-object";
import type { Storage } from "@darkroom/core/storage/s3";
import type { NumberedPlan } from "./accept-jobs.ts";
import type { NewPicture } from "./examine-pictures.ts";

/** Puts the pictures that came inside jobs into storage, each below its job's prefix: they go when the job goes. */
export async function storePictures(
  storage: Storage,
  tenantId: string,
  plans: readonly NumberedPlan[],
): Promise<NewFile[]> {
  const stored: NewFile[] = [];
  // One after the other: their bytes are in memory already, and a batch may have a thousand.
  for (const { jobId, plan } of plans) {
    for (const picture of plan.newPictures) stored.push(await storePicture(storage, { tenantId, jobId }, picture));
  }
  return stored;
}

async function storePicture(
  storage: Storage,
  ids: { tenantId: string; jobId: string },
  picture: NewPicture,
): Promise<NewFile> {
  const { bytes, contentType, ...facts } = picture;
  const key = jobInputKey({ ...ids, fileId: picture.id }, imageExtensions[contentType]);
  await putObject(storage, { key, bytes, contentType });
  return { ...facts, tenantId: ids.tenantId, key, contentType, bytes: bytes.length };
}
