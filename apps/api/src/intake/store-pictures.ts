import type { Context } from "@darkroom/core/context";
import type { NewFile } from "@darkroom/core/files/record-file";
import { announceObjects } from "@darkroom/core/loose-objects/announce-objects";
import { imageExtensions } from "@darkroom/core/storage/image-types";
import { jobInputKey } from "@darkroom/core/storage/keys";
import { putObject } from "@darkroom/core/storage/put-object";
import pLimit from "p-limit";
import type { Acceptance } from "./accept-jobs.ts";
import type { NewPicture } from "./examine-pictures.ts";
import { watchStorage } from "./watch-storage.ts";

/** Pictures of one batch that are on their way to storage at once: a thousand one after the other would outlast the caller. */
const atOnce = 8;

type StoredPicture = { file: NewFile; bytes: NewPicture["bytes"] };

/** Puts the pictures that came inside jobs into storage, each below its job's prefix: they go when the job goes. */
export async function storePictures(
  context: Pick<Context, "db" | "env" | "storage">,
  { caller: { tenantId }, plans, now }: Pick<Acceptance, "caller" | "plans" | "now">,
): Promise<NewFile[]> {
  const pictures = plans.flatMap(({ jobId, plan }) =>
    plan.newPictures.map((picture) => toStore({ tenantId, jobId }, picture)),
  );
  if (pictures.length === 0) return [];
  const files = pictures.map(({ file }) => file);
  await announceObjects(
    context.db,
    files.map(({ key }) => key),
    now,
  );
  const limit = pLimit(atOnce);
  const put = ({ file, bytes }: StoredPicture) => {
    const watch = watchStorage(context.env.S3_INTAKE_TIMEOUT_MS);
    watch.start();
    const { key, contentType } = file;
    return watch.within(putObject(context.storage, { key, bytes, contentType, signal: watch.signal }));
  };
  // What has not begun when one fails, does not begin any more.
  await Promise.all(pictures.map((picture) => limit(put, picture))).finally(() => limit.clearQueue());
  return files;
}

function toStore(ids: { tenantId: string; jobId: string }, picture: NewPicture): StoredPicture {
  const { bytes, contentType, ...facts } = picture;
  const key = jobInputKey({ ...ids, fileId: picture.id }, imageExtensions[contentType]);
  return { bytes, file: { ...facts, tenantId: ids.tenantId, key, contentType, bytes: bytes.length } };
}
