import { fileTypeFromBuffer } from "file-type";
import { type ImageType, isImageType } from "./image-types.ts";

/** As much of a file's beginning as file-type looks at for these types. */
export const sniffedBytes = 4_100;

/** The type of a picture by its magic bytes; undefined for anything we do not take, whatever its sender calls it. */
export async function sniffImageType(head: Uint8Array): Promise<ImageType | undefined> {
  const found = await fileTypeFromBuffer(head);
  // An animated PNG is a PNG to everything that reads PNG.
  const mime = found?.mime === "image/apng" ? "image/png" : found?.mime;
  return mime && isImageType(mime) ? mime : undefined;
}
