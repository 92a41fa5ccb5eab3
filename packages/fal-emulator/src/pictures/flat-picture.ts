import sharp from "sharp";
import { drawScene } from "./draw-scene.ts";
import { encodePicture, type PictureFormat } from "./make-picture.ts";
import { padPicture } from "./pad-picture.ts";

interface FlatOrder {
  width: number;
  height: number;
  format: PictureFormat;
  imageBytes: number;
}

/** One picture per size and format, made once. */
export type FlatPictures = Map<string, Promise<Buffer>>;

/** Sizes come from presets and tests; a caller inventing thousands of them must not fill the memory. */
const CACHED_MAX = 64;

export function flatPicture(cache: FlatPictures, order: FlatOrder): Promise<Buffer> {
  const key = `${order.width}x${order.height} ${order.format} ${order.imageBytes}`;
  const cached = cache.get(key);
  if (cached) return cached;
  if (cache.size >= CACHED_MAX) cache.clear();
  const made = drawFlat(order);
  cache.set(key, made);
  return made;
}

async function drawFlat(order: FlatOrder): Promise<Buffer> {
  const scene = sharp(Buffer.from(drawScene(1, 256, 256))).removeAlpha();
  const sized = scene.resize(order.width, order.height, { fit: "fill" });
  return padPicture(await encodePicture(sized, order.format), order.format, order.imageBytes);
}
