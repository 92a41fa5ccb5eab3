import type { ImageType } from "./image-types.ts";

/** How much of a picture's end is looked at: some tools put a little behind the end, and that is no fault. */
export const tailBytes = 1_024;

const jpegEnd = Buffer.from([0xff, 0xd9]);

/**
 * Whether a picture comes to its own end. A file that was cut where it is kept is whole to HTTP; its format says otherwise: a PNG
 * ends with IEND (W3C PNG §5.6), a JPEG with EOI (ITU T.81 §B.1.1.3), and a WebP says how long it is (RFC 9649 §2.4). Pure.
 */
export function endsWhole(type: ImageType, picture: { head: Buffer; tail: Buffer; bytes: number }): boolean {
  const { head, tail, bytes } = picture;
  switch (type) {
    case "image/png":
      return tail.includes("IEND");
    case "image/jpeg":
      return tail.includes(jpegEnd);
    case "image/webp":
      return head.length >= 8 && head.readUInt32LE(4) + 8 <= bytes;
    default:
      return true;
  }
}
