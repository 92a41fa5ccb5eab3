import sharp, { type Sharp } from "sharp";
import { drawScene } from "./draw-scene.ts";
import { paintOver } from "./paint-over.ts";

export type PictureFormat = "jpeg" | "png" | "webp";

export interface PictureOrder {
  /** Encoded source and mask images; null for text-to-image. */
  source: Buffer | null;
  mask: Buffer | null;
  strength: number;
  width: number;
  height: number;
  format: PictureFormat;
  /** From prompt, seed and everything else that should change the picture. */
  seed: number;
}

/** Larger pictures are painted small and enlarged: 14142 × 14142 would take 600 MB. */
const PAINTED_PIXELS_MAX = 4_000_000;

/** Makes one picture, always the same for the same order. */
export async function makePicture(order: PictureOrder): Promise<Buffer> {
  const scale = Math.min(1, Math.sqrt(PAINTED_PIXELS_MAX / (order.width * order.height)));
  const width = Math.max(1, Math.round(order.width * scale));
  const height = Math.max(1, Math.round(order.height * scale));
  const painted = await paint(order, width, height);
  const sized = scale < 1 ? painted.resize(order.width, order.height, { fit: "fill" }) : painted;
  return encodePicture(sized, order.format);
}

async function paint(order: PictureOrder, width: number, height: number): Promise<Sharp> {
  if (!order.source) return sharp(Buffer.from(drawScene(order.seed, width, height))).removeAlpha();
  const [source, mask] = await Promise.all([
    readPixels(order.source, width, height).removeAlpha().toColourspace("srgb").raw().toBuffer(),
    order.mask ? readPixels(order.mask, width, height).greyscale().extractChannel(0).raw().toBuffer() : null,
  ]);
  const pixels = await paintOver({ ...order, source, mask, width, height });
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

function readPixels(encoded: Buffer, width: number, height: number): Sharp {
  // Transparent parts count as white, as most models read them.
  return sharp(encoded).autoOrient().flatten({ background: "white" }).resize(width, height, { fit: "cover" });
}

export function encodePicture(picture: Sharp, format: PictureFormat): Promise<Buffer> {
  switch (format) {
    case "jpeg":
      return picture.jpeg({ quality: 92 }).toBuffer();
    case "webp":
      return picture.webp({ quality: 90, effort: 2 }).toBuffer();
    case "png":
      return picture.png({ compressionLevel: 4 }).toBuffer();
  }
}
