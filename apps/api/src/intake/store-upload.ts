import type { NewFile } from "@darkroom/core/files/record-file";
import { newId } from "@darkroom/core/ids";
import { imageExtensions } from "@darkroom/core/storage/image-types";
import { ImageRefusedError, inspectImage } from "@darkroom/core/storage/inspect-image";
import { fileKey } from "@darkroom/core/storage/keys";
import { putStream } from "@darkroom/core/storage/put-stream";
import type { Storage } from "@darkroom/core/storage/s3";
import { type ProblemReply, problem } from "../reply.ts";

export type Upload = {
  body: AsyncIterable<Uint8Array>;
  /** The exact length, where it was announced. */
  bytes: number | undefined;
  /** Throws away what still comes, so that the reply can be heard. */
  drain(): void;
};

export type StoredUpload = { outcome: "stored"; file: NewFile } | { outcome: "refused"; reply: ProblemReply };

/** Streams a picture into storage while looking at it. All of it arrives and is a picture, or nothing is stored. */
export async function storeUpload(
  storage: Storage,
  tenantId: string,
  upload: Upload,
  bytesMax: number,
): Promise<StoredUpload> {
  try {
    return { outcome: "stored", file: await stream(storage, tenantId, upload, bytesMax) };
  } catch (error) {
    if (!(error instanceof ImageRefusedError)) throw error;
    upload.drain();
    return { outcome: "refused", reply: refusalOf(error, bytesMax) };
  }
}

async function stream(storage: Storage, tenantId: string, upload: Upload, bytesMax: number): Promise<NewFile> {
  const image = await inspectImage(upload.body, {
    bytesMax,
    ...(upload.bytes === undefined ? {} : { bytesExpected: upload.bytes }),
  });
  const { contentType } = image;
  const id = newId("file");
  const key = fileKey({ tenantId, fileId: id }, imageExtensions[contentType]);
  const length = upload.bytes === undefined ? {} : { bytes: upload.bytes };
  await putStream(storage, { key, body: image.body, contentType, ...length });
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
