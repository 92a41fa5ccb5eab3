import { imageSize } from "image-size";

/** Width and height in pixels as stored (before any EXIF rotation); undefined if `head` does not reach as far as them. */
export function measureImage(head: Uint8Array): { width: number; height: number } | undefined {
  try {
    const { width, height } = imageSize(head);
    return width > 0 && height > 0 ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}
