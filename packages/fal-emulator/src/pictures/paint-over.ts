import sharp from "sharp";
import { createRandom } from "../words/random.ts";
import { drawColorFields } from "./draw-scene.ts";
import { createPalette, type Rgb } from "./palette.ts";

export interface PaintOrder {
  /** RGB, 3 bytes a pixel. */
  source: Buffer;
  /** One byte a pixel: where 0, the source stays. */
  mask: Buffer | null;
  width: number;
  height: number;
  seed: number;
  /** 0 keeps the source, 1 is all paint. */
  strength: number;
}

/** Tones of the repainted picture: few enough to look painted. */
const TONE_LEVELS = 14;
const EDGE_DARKENING = 0.45;
const FIELD_SHARE = 0.22;
/** When source and paint are nearer than this (of 255, on average), the paint is inverted: strength must be visible. */
const DISTANCE_MIN = 30;
/** Pixels between two turns of the event loop: about 5 ms of work. */
const PIXELS_PER_TURN = 200_000;

/**
 * Moves every pixel from the source towards a posterised, duotone, edge-painted version of it. The way is straight, so the
 * distance from the source grows in step with strength.
 */
export async function paintOver(order: PaintOrder): Promise<Buffer> {
  const { source, mask, strength } = order;
  const paint = await makePaint(order);
  const flip = meanDistance(source, paint) < DISTANCE_MIN;
  const result = Buffer.allocUnsafe(source.length);
  await inTurns(source.length / 3, (pixel) => {
    const share = mask ? (strength * (mask[pixel] ?? 0)) / 255 : strength;
    for (let at = pixel * 3; at < pixel * 3 + 3; at += 1) {
      const from = source[at] ?? 0;
      const to = flip ? 255 - (paint[at] ?? 0) : (paint[at] ?? 0);
      result[at] = Math.round(from + (to - from) * share);
    }
  });
  return result;
}

async function makePaint(order: PaintOrder): Promise<Buffer> {
  const { source, width, height, seed } = order;
  const raw = { raw: { width, height, channels: 3 as const } };
  const [tones, edges, fields] = await Promise.all([
    sharp(source, raw).greyscale().blur(2.5).raw().toBuffer(),
    sharp(source, raw).greyscale().blur(1.2).convolve(EDGES).raw().toBuffer(),
    sharp(Buffer.from(drawColorFields(seed, width, height)))
      .removeAlpha()
      .toColourspace("srgb")
      .raw()
      .toBuffer(),
  ]);
  const tints = toneTable(seed);
  const paint = Buffer.allocUnsafe(source.length);
  await inTurns(width * height, (pixel) => {
    const tint = tints[tones[pixel] ?? 0] ?? [0, 0, 0];
    const light = 1 - (EDGE_DARKENING * Math.min(255, (edges[pixel] ?? 0) * 3)) / 255;
    for (let channel = 0; channel < 3; channel += 1) {
      const at = pixel * 3 + channel;
      paint[at] = ((tint[channel] ?? 0) * (1 - FIELD_SHARE) + (fields[at] ?? 0) * FIELD_SHARE) * light;
    }
  });
  return paint;
}

const EDGES = { width: 3, height: 3, kernel: [-1, -1, -1, -1, 8, -1, -1, -1, -1] };

/** The colour of each of the 256 tones: posterised steps along the palette. */
function toneTable(seed: number): Rgb[] {
  const palette = createPalette(createRandom(seed));
  return Array.from({ length: 256 }, (_, tone) => {
    const level = Math.min(TONE_LEVELS - 1, Math.floor((tone / 256) * TONE_LEVELS)) / (TONE_LEVELS - 1);
    const along = level * (palette.length - 1);
    const low = palette[Math.floor(along)] ?? palette[0];
    const high = palette[Math.ceil(along)] ?? low;
    const share = along - Math.floor(along);
    return [0, 1, 2].map((channel) => (low[channel] ?? 0) * (1 - share) + (high[channel] ?? 0) * share) as Rgb;
  });
}

function meanDistance(one: Buffer, other: Buffer): number {
  // Every 97th byte is a fair sample of all channels (97 is not a multiple of 3).
  let sum = 0;
  let count = 0;
  for (let at = 0; at < one.length; at += 97) {
    sum += Math.abs((one[at] ?? 0) - (other[at] ?? 0));
    count += 1;
  }
  return sum / Math.max(1, count);
}

async function inTurns(pixels: number, work: (pixel: number) => void): Promise<void> {
  for (let start = 0; start < pixels; start += PIXELS_PER_TURN) {
    const end = Math.min(pixels, start + PIXELS_PER_TURN);
    for (let pixel = start; pixel < end; pixel += 1) work(pixel);
    if (end < pixels) await new Promise((resolve) => setImmediate(resolve));
  }
}
