import type { Context } from "@darkroom/core/context";
import type { NewFile } from "@darkroom/core/files/record-file";
import { newId } from "@darkroom/core/ids";
import { announceObjects } from "@darkroom/core/loose-objects/announce-objects";
import { imageExtensions } from "@darkroom/core/storage/image-types";
import { ImageRefusedError, inspectImage } from "@darkroom/core/storage/inspect-image";
import { fileKey } from "@darkroom/core/storage/keys";
import { putStream } from "@darkroom/core/storage/put-stream";
import { type ProblemReply, problem } from "../reply.ts";
import { type StorageWatch, watchStorage } from "./watch-storage.ts";

export type Upload = {
  body: AsyncIterable<Uint8Array>;
  /** The exact length, where it was announced. */
  bytes: number | undefined;
  /** Throws away what still comes, so that the reply can be heard. */
  drain(): void;
};

export type StoredUpload = { outcome: "stored"; file: NewFile } | { outcome: "refused"; reply: ProblemReply };

/**
 * Streams a picture into storage while looking at it. All of it arrives and is a picture, or nothing is stored. The caller may take
 * their time, storage may not: after S3_INTAKE_TIMEOUT_MS of its silence this throws.
 */
export async function storeUpload(
  context: Pick<Context, "db" | "env" | "storage">,
  who: { tenantId: string; now: Date },
  upload: Upload,
): Promise<StoredUpload> {
  const { INPUT_BYTES_MAX: bytesMax, S3_INTAKE_TIMEOUT_MS: patienceMs } = context.env;
  const watch = watchStorage(patienceMs);
  try {
    const body = watched(upload.body, watch);
    return { outcome: "stored", file: await watch.within(stream(context, who, { ...upload, body }, watch.signal)) };
  } catch (error) {
    upload.drain();
    if (!(error instanceof ImageRefusedError)) throw error;
    return { outcome: "refused", reply: refusalOf(error, bytesMax) };
  }
}

/** While a chunk is taken further, and after the last one, it is storage that is waited for. */
async function* watched(body: AsyncIterable<Uint8Array>, watch: StorageWatch): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    watch.start();
    yield chunk;
    watch.stop();
  }
  watch.start();
}

async function stream(
  context: Pick<Context, "db" | "env" | "storage">,
  { tenantId, now }: { tenantId: string; now: Date },
  upload: Upload,
  signal: AbortSignal,
): Promise<NewFile> {
  const image = await inspectImage(upload.body, {
    bytesMax: context.env.INPUT_BYTES_MAX,
    ...(upload.bytes === undefined ? {} : { bytesExpected: upload.bytes }),
  });
  const { contentType } = image;
  const id = newId("file");
  const key = fileKey({ tenantId, fileId: id }, imageExtensions[contentType]);
  const length = upload.bytes === undefined ? {} : { bytes: upload.bytes };
  await announceObjects(context.db, [key], now);
  await putStream(context.storage, { key, body: image.body, contentType, signal, ...length });
  return { id, tenantId, key, contentType, ...image.facts() };
}

/** Without the error's own words: they quote the first bytes. */
function refusalOf(error: ImageRefusedError, bytesMax: number): ProblemReply {
  switch (error.reason) {
    case "too_large":
      return problem("body_too_large", `The picture has more than ${bytesMax} bytes.`);
    case "truncated":
      return problem("malformed_request", "The picture did not come whole.");
    case "not_an_image":
      return problem("invalid_picture", "The bytes are not a JPEG, PNG, WebP, GIF or AVIF picture.");
  }
}
