import { imageSize } from "image-size";

/**
 * How far into a file its dimensions are looked for. PNG, GIF, WebP and AVIF have them in their first hundreds of bytes. A JPEG
 * has them behind its metadata, in segments of up to 64 KB: EXIF and XMP one each, the profile of a CMYK printer a dozen.
 */
export const headerBytesMax = 1_048_576;

/** Width and height in pixels as stored (before any EXIF rotation); undefined if `head` does not reach as far as them. */
export function measureImage(head: Uint8Array): { width: number; height: number } | undefined {
  // A copy with a buffer of its own: image-size looks past the end of a view (detector of 2.1.0), into others' memory.
  const own = Uint8Array.from(head.subarray(0, headerBytesMax));
  try {
    const { width, height } = imageSize(own);
    return width > 0 && height > 0 ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}
