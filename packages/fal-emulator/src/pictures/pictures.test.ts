import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { flatPicture } from "./flat-picture.ts";
import { makePicture, type PictureFormat, type PictureOrder } from "./make-picture.ts";

let photo: Buffer;
let order: PictureOrder;

/** A source with large shapes, fine detail and all tones, like a photo has. */
beforeAll(async () => {
  const shapes = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240"><defs>
    <linearGradient id="g"><stop stop-color="#123"/><stop offset="1" stop-color="#fd9"/></linearGradient></defs>
    <rect width="320" height="240" fill="url(#g)"/><circle cx="90" cy="110" r="60" fill="#a33"/>
    <path d="M180 20 L300 200 L160 210 Z" fill="#3a6"/></svg>`;
  photo = await sharp(Buffer.from(shapes)).jpeg().toBuffer();
  order = { source: photo, mask: null, strength: 0.6, width: 320, height: 240, format: "png", seed: 1 };
});

const pixels = (picture: Buffer) => sharp(picture).removeAlpha().raw().toBuffer();

async function distance(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([pixels(one), pixels(other)]);
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
}

describe("image to image", () => {
  it.each([1, 2, 3, 4, 5])("moves away from its source as strength grows (seed %i)", async (seed) => {
    const distances: number[] = [];
    for (const strength of [0, 0.1, 0.25, 0.5, 0.75, 1]) {
      distances.push(await distance(await makePicture({ ...order, seed, strength }), photo));
    }
    expect(distances[0]).toBeLessThan(1);
    expect(distances.at(-1)).toBeGreaterThan(30);
    for (let at = 1; at < distances.length; at += 1) expect(distances[at]).toBeGreaterThan(distances[at - 1]! + 3);
  });

  it.each(["white", "black", "#808080", "#40a060"])("is far away even from plain %s", async (background) => {
    const plain = await sharp({ create: { width: 64, height: 64, channels: 3, background } })
      .png()
      .toBuffer();
    const picture = await makePicture({ ...order, source: plain, width: 64, height: 64, strength: 1 });
    expect(await distance(picture, plain)).toBeGreaterThan(30);
  });

  it("is the same for the same order and different for another seed", async () => {
    const picture = await makePicture(order);
    expect((await makePicture(order)).equals(picture)).toBe(true);
    expect(await distance(await makePicture({ ...order, seed: 2 }), picture)).toBeGreaterThan(5);
  });

  it("keeps the source where the mask is black", async () => {
    const half = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240"><rect width="320" height="240"/>
      <rect width="160" height="240" fill="white"/></svg>`;
    const mask = await sharp(Buffer.from(half)).png().toBuffer();
    const picture = await makePicture({ ...order, mask, strength: 1 });
    const part = (image: Buffer, left: number) =>
      sharp(image).extract({ left, top: 0, width: 150, height: 240 }).png().toBuffer();
    expect(await distance(await part(picture, 170), await part(photo, 170))).toBeLessThan(1);
    expect(await distance(await part(picture, 0), await part(photo, 0))).toBeGreaterThan(30);
  });

  it("takes transparent, grey, rotated and animated sources", async () => {
    const create = { width: 20, height: 30, channels: 4 as const, background: { r: 9, g: 9, b: 9, alpha: 0.5 } };
    const sources = await Promise.all([
      sharp({ create }).png().toBuffer(),
      sharp({ create }).greyscale().png().toBuffer(),
      sharp({ create }).removeAlpha().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      sharp({ create }).gif().toBuffer(),
      sharp({ create }).avif({ effort: 0 }).toBuffer(),
    ]);
    for (const source of sources) {
      const picture = await makePicture({ ...order, source, width: 20, height: 30 });
      expect(await sharp(picture).metadata()).toMatchObject({ width: 20, height: 30, format: "png" });
    }
  });
});

describe("text to image", () => {
  it.each<[PictureFormat, number, number]>([
    ["png", 512, 512],
    ["jpeg", 576, 1024],
    ["webp", 1024, 768],
    ["jpeg", 1, 1],
    ["jpeg", 3000, 2000],
  ])("makes a %s of %i × %i", async (format, width, height) => {
    const picture = await makePicture({ ...order, source: null, format, width, height });
    expect(await sharp(picture).metadata()).toMatchObject({ format, width, height });
  });

  it("is the same for the same seed and different for another", async () => {
    const plain = { ...order, source: null };
    const picture = await makePicture(plain);
    expect((await makePicture(plain)).equals(picture)).toBe(true);
    expect(await distance(await makePicture({ ...plain, seed: 2 }), picture)).toBeGreaterThan(5);
  });
});

describe("flat pictures", () => {
  it.each<[PictureFormat, number]>([
    ["png", 100_000],
    ["jpeg", 100_000],
    ["jpeg", 300_001],
    ["webp", 100_000],
    ["webp", 100_001],
  ])("are whole %s files of about %i bytes", async (format, imageBytes) => {
    const flat = { width: 320, height: 240, format, imageBytes };
    const picture = await flatPicture(new Map(), flat);
    expect(Math.abs(picture.length - imageBytes)).toBeLessThan(8);
    const read = await sharp(picture, { failOn: "warning" }).raw().toBuffer({ resolveWithObject: true });
    expect(read.info).toMatchObject({ width: 320, height: 240 });
    const plain = await flatPicture(new Map(), { ...flat, imageBytes: 0 });
    expect(await pixels(picture)).toEqual(await pixels(plain));
  });

  it("are made once", () => {
    const cache = new Map();
    const flat = { width: 8, height: 8, format: "png" as const, imageBytes: 0 };
    expect(flatPicture(cache, flat)).toBe(flatPicture(cache, flat));
  });
});
