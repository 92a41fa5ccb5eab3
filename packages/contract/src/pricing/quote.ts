import { type Dimensions, IMAGE_PIXELS_MAX, imageSizePresets } from "../models/image-size.ts";
import type { ModelPrice, PriceUnit } from "../models/price.ts";

/*
 * What a request costs, before (quote) and after (settlement). Pure, in whole micro-dollars, rounded up once per line.
 *
 * fal's billing unit is the megapixel, 1,000,000 pixels. We charge it in proportion: whether fal rounds 0.79 megapixels
 * up to a whole one is not documented, and the `X-Fal-Billable-Units` seen in the wild ("0.457") speak against it.
 */

const PIXELS_PER_MEGAPIXEL = 1_000_000;

/**
 * Pixels of one picture whose size cannot be known beforehand (`auto` with a picture we have not seen): the largest
 * resolution fal's z-image turbo page gives, 4 megapixels. What was reserved too much is released when the job ends.
 */
export const ASSUMED_PIXELS_MAX = IMAGE_PIXELS_MAX;

/**
 * Z-Image draws in steps of 16 pixels (its pipeline refuses other sizes). Which way fal rounds is not documented, so
 * the quote rounds up.
 */
const SIDE_STEP_PIXELS = 16;

export type ChargeLine = { label: string; quantity: number; unit: PriceUnit; unitMicros: number; micros: number };

export type Charge = {
  /** The whole price in micro-dollars. */
  micros: number;
  megapixels: number;
  /** false when a size had to be assumed: then `micros` is an upper bound. */
  exact: boolean;
  lines: ChargeLine[];
};

type Input = Readonly<Record<string, unknown>>;

type ImageEstimate = { pixels: number; exact: boolean };

/** A product can exceed 2^53 before it is divided, hence BigInt. */
function ceilShare(quantity: number, unitMicros: number, quantityPerUnit: number): number {
  const divisor = BigInt(quantityPerUnit);
  return Number((BigInt(quantity) * BigInt(unitMicros) + divisor - 1n) / divisor);
}

function imagesLine(price: ModelPrice, images: number, pixels: number): ChargeLine {
  const { unit, unitMicros } = price;
  if (unit === "megapixel") {
    const micros = ceilShare(pixels, unitMicros, PIXELS_PER_MEGAPIXEL);
    return { label: "Images", quantity: pixels / PIXELS_PER_MEGAPIXEL, unit, unitMicros, micros };
  }
  const quantity = unit === "image" ? images : 1;
  return { label: unit === "image" ? "Images" : "Request", quantity, unit, unitMicros, micros: quantity * unitMicros };
}

function promptExpansionLines(price: ModelPrice, input: Input): ChargeLine[] {
  if (input.enable_prompt_expansion !== true) return [];
  const micros = price.promptExpansionMicros;
  return [{ label: "Prompt expansion", quantity: 1, unit: "request", unitMicros: micros, micros }];
}

function chargeOf(lines: ChargeLine[], pixels: number, exact: boolean): Charge {
  const micros = lines.reduce((sum, line) => sum + line.micros, 0);
  return { micros, megapixels: pixels / PIXELS_PER_MEGAPIXEL, exact, lines };
}

function isSide(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

/** Checked, because the input of a pass-through model may hold anything: a negative side would be a negative price. */
function isDimensions(value: unknown): value is Dimensions {
  if (typeof value !== "object" || value === null || !("width" in value) || !("height" in value)) return false;
  return isSide(value.width) && isSide(value.height);
}

function roundedUp({ width, height }: Dimensions): ImageEstimate {
  const side = (pixels: number) => Math.ceil(pixels / SIDE_STEP_PIXELS) * SIDE_STEP_PIXELS;
  const pixels = side(width) * side(height);
  return { pixels, exact: pixels === width * height };
}

function pixelsOf({ width, height }: Dimensions): number {
  return width * height;
}

/** `auto` is the size of the picture given, however large: fal does not say that it makes large ones smaller. */
function estimateAuto(input: Input, source: Dimensions | null): ImageEstimate {
  if (source) return { pixels: roundedUp(source).pixels, exact: false };
  // fal, tiling: auto is "1024x1024 if no image".
  if (input.image_url === undefined) return { pixels: pixelsOf(imageSizePresets.square_hd), exact: true };
  return { pixels: ASSUMED_PIXELS_MAX, exact: false };
}

function estimateImage(input: Input, source: Dimensions | null): ImageEstimate {
  const size = input.image_size;
  if (size === "auto") return estimateAuto(input, source);
  if (typeof size === "string" && Object.hasOwn(imageSizePresets, size)) {
    return { pixels: pixelsOf(imageSizePresets[size as keyof typeof imageSizePresets]), exact: true };
  }
  if (isDimensions(size)) return roundedUp(size);
  return { pixels: ASSUMED_PIXELS_MAX, exact: false };
}

export type QuoteInputOptions = {
  price: ModelPrice;
  /** The input after its model's schema: defaults filled in, bounds checked. */
  input: Input;
  /** Size of the picture in `image_url`, when it is known. */
  source?: Dimensions | null | undefined;
};

/** What a request will cost, to reserve before it is sent. Never less than the settlement, unless `auto` grows past 4 MP. */
export function quoteInput({ price, input, source = null }: QuoteInputOptions): Charge {
  const images = typeof input.num_images === "number" ? input.num_images : 1;
  const image = estimateImage(input, source);
  const pixels = image.pixels * images;
  const lines = [imagesLine(price, images, pixels), ...promptExpansionLines(price, input)];
  return chargeOf(lines, pixels, image.exact || price.unit !== "megapixel");
}

export type SettleOutputOptions = {
  price: ModelPrice;
  input: Input;
  /** The real size of every picture fal made. */
  images: readonly Dimensions[];
  /** fal's `X-Fal-Billable-Units`, when it was seen. */
  billableUnits?: number | null | undefined;
};

/**
 * fal's own count covers the whole request (its billing events are units × unit price), so nothing is added to it. It
 * is used for prices per megapixel only: another unit is the operator's own tariff, which fal's count does not fit.
 */
function settleUnits(price: ModelPrice, units: number, pixels: number): Charge {
  const millionths = Math.round(units * PIXELS_PER_MEGAPIXEL);
  const line = imagesLine(price, 0, millionths);
  return chargeOf([{ ...line, label: "Units billed by fal" }], pixels, true);
}

/** What a finished request costs, from the pictures themselves. No pictures, nothing to pay. */
export function settleOutput({ price, input, images, billableUnits }: SettleOutputOptions): Charge {
  const pixels = images.reduce((sum, image) => sum + pixelsOf(image), 0);
  const unitsKnown = typeof billableUnits === "number" && Number.isFinite(billableUnits) && billableUnits >= 0;
  if (unitsKnown && price.unit === "megapixel") return settleUnits(price, billableUnits, pixels);
  if (images.length === 0) return chargeOf([], 0, true);
  const lines = [imagesLine(price, images.length, pixels), ...promptExpansionLines(price, input)];
  return chargeOf(lines, pixels, true);
}
