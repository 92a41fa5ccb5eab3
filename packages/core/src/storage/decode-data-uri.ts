import { createHash } from "node:crypto";
import type { ImageType } from "./image-types.ts";
import { measureImage } from "./measure-image.ts";
import { sniffImageType } from "./sniff-image-type.ts";

export type DecodedDataUri =
  | { ok: true; bytes: Buffer; contentType: ImageType; width: number; height: number; sha256: string }
  | { ok: false; reason: DataUriRefusal; detail: string };

export type DataUriRefusal = "not_a_data_uri" | "too_large" | "broken_base64" | "not_an_image";

/** Types are at most this long (RFC 6838 §4.2: 127 each side); the search for the comma ends there. */
const prefixCharsMax = 300;

/**
 * The picture in a `data:image/…;base64,…` URI. Its size is bounded before anything is decoded. What it really is counts, not
 * what it is called: `image/jpg`, or a PNG called JPEG, are common and harmless.
 */
export async function decodeDataUri(text: string, options: { bytesMax: number }): Promise<DecodedDataUri> {
  const comma = text.slice(0, prefixCharsMax).indexOf(",");
  if (comma === -1 || !/^data:image\/[a-z0-9.+-]+;base64$/i.test(text.slice(0, comma)))
    return refuse("not_a_data_uri", "It does not begin with data:image/<type>;base64,");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytesLength = ((text.length - comma - 1) * 3) / 4 - padding;
  if (bytesLength > options.bytesMax) return refuse("too_large", `It has more than ${options.bytesMax} bytes.`);
  const bytes = decodeBase64(text.slice(comma + 1));
  if (!bytes) return refuse("broken_base64", "What follows the comma is not base64 (RFC 4648 §4, with padding).");
  const contentType = await sniffImageType(bytes);
  if (!contentType) return refuse("not_an_image", "The bytes are not a PNG, JPEG, WebP, GIF or AVIF.");
  const size = measureImage(bytes);
  if (!size) return refuse("not_an_image", "The bytes begin like a picture, but have no dimensions.");
  return { ok: true, bytes, contentType, ...size, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Buffer.from skips what it does not know and stops at the first `=`: here only the one exact encoding of some bytes will do. */
function decodeBase64(text: string): Buffer | undefined {
  if (text.length === 0 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const last = text.slice(-4);
  const hasLooseBits = Buffer.from(last, "base64").toString("base64") !== last; // RFC 4648 §3.5
  return hasLooseBits ? undefined : Buffer.from(text, "base64");
}

function refuse(reason: DataUriRefusal, detail: string): DecodedDataUri {
  return { ok: false, reason, detail };
}
