import { z } from "zod";
import { mustBe, onlyFields, showSent } from "./messages.ts";

export type Dimensions = { width: number; height: number };

/** fal's named sizes in pixels. fal's pages list only the names; the pixels are what its image endpoints return. */
export const imageSizePresets = {
  square_hd: { width: 1024, height: 1024 },
  square: { width: 512, height: 512 },
  portrait_4_3: { width: 768, height: 1024 },
  portrait_16_9: { width: 576, height: 1024 },
  landscape_4_3: { width: 1024, height: 768 },
  landscape_16_9: { width: 1024, height: 576 },
} as const satisfies Record<string, Dimensions>;

export type ImageSizePreset = keyof typeof imageSizePresets;

const presetNames = Object.keys(imageSizePresets) as [ImageSizePreset, ...ImageSizePreset[]];

/** fal's OpenAPI for ImageSize: exclusiveMinimum 0, maximum 14142, default 512. */
const SIDE_PIXELS_MAX = 14_142;
const SIDE_PIXELS_DEFAULT = 512;

/**
 * Our bound on width × height. 14142 × 14142 would be 200 megapixels, a dollar a picture by a typing slip;
 * fal's z-image turbo page gives "up to 4MP" as the largest resolution.
 */
export const IMAGE_PIXELS_MAX = 2048 * 2048;

const sideRange = `a whole number from 1 to ${SIDE_PIXELS_MAX}`;

function side(name: "width" | "height") {
  const error = mustBe(`image_size.${name}`, sideRange);
  return z
    .int({ error })
    .min(1, { error })
    .max(SIDE_PIXELS_MAX, { error })
    .default(SIDE_PIXELS_DEFAULT)
    .describe(`The ${name} of the picture in pixels.`);
}

function tooManyPixels(issue: z.core.$ZodRawIssue): string {
  const { width, height } = issue.input as Dimensions;
  return `image_size must be at most ${IMAGE_PIXELS_MAX} pixels in all (2048 × 2048); got ${width} × ${height} = ${width * height}`;
}

const customSize = z
  .strictObject(
    { width: side("width"), height: side("height") },
    { error: onlyFields("image_size", ["width", "height"]) },
  )
  .refine(({ width, height }) => width * height <= IMAGE_PIXELS_MAX, { error: tooManyPixels })
  .describe(`A size of your own; at most ${IMAGE_PIXELS_MAX} pixels in all.`);

function oneOf(names: readonly string[]) {
  return mustBe("image_size", `one of ${names.join(", ")} or {width, height}, each ${sideRange}`, showSent);
}

/** `image_size` of the endpoints that start from text alone: fal offers them no `auto`. */
export const imageSize = z.union([z.enum(presetNames), customSize], { error: oneOf(presetNames) });

const namesWithAuto: [ImageSizePreset | "auto", ...(ImageSizePreset | "auto")[]] = ["auto", ...presetNames];

/** `image_size` of the endpoints that start from a picture: `auto` takes the picture's own size. */
export const imageSizeOrAuto = z.union([z.enum(namesWithAuto), customSize], { error: oneOf(namesWithAuto) });
