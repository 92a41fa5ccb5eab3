import { z } from "zod";
import { imageInput } from "./image-input.ts";
import { mustBe, showKind } from "./messages.ts";
import { falDocsUrl, type Model } from "./model.ts";
import type { ModelPrice } from "./price.ts";

/** Longer than any id in fal's catalogue. */
const MODEL_ID_CHARS_MAX = 200;

const modelIdError = mustBe("id", 'a fal endpoint id like "fal-ai/flux/dev" (not a URL, no empty or dotted parts)');

/**
 * A fal endpoint id, never a URL: `@fal-ai/client` sends the API key to any URL whose host ends in fal.run or fal.ai,
 * evilfal.run included. A part of dots alone would climb out of fal's path.
 */
export const modelId = z
  .string({ error: modelIdError })
  .max(MODEL_ID_CHARS_MAX, { error: modelIdError, abort: true })
  .regex(/^[a-z0-9-]+(\/[a-z0-9._-]+)+$/, { error: modelIdError, abort: true })
  .refine((id) => !id.split("/").some((part) => /^\.+$/.test(part)), { error: modelIdError });

/** Most pictures we let one request of an endpoint we know nothing about ask for; the price is multiplied by it. */
const NUM_IMAGES_MAX = 16;

/** Long enough that fal's webhook normally comes first, short enough for a laptop without one. */
const EXPECTED_MS_DEFAULT = 20_000;

export type PassThroughModelOptions = {
  id: string;
  price: ModelPrice | null;
  imageFields?: readonly string[] | undefined;
  expectedMs?: number | undefined;
};

const numImagesError = mustBe("num_images", `a whole number from 1 to ${NUM_IMAGES_MAX}`);

/** Checks what the price depends on and what we read ourselves; the rest goes to fal as it came, for fal to judge. */
function passThroughInput(imageFields: readonly string[]) {
  const images = imageFields.map((name) => {
    const image = imageInput(name);
    const error = mustBe(name, "a picture or a list of pictures", showKind);
    return [name, z.union([image, z.array(image)], { error }).optional()] as const;
  });
  const numImages = z
    .int({ error: numImagesError })
    .min(1, { error: numImagesError })
    .max(NUM_IMAGES_MAX, { error: numImagesError });
  return z.looseObject({ num_images: numImages.optional(), ...Object.fromEntries(images) });
}

/** A fal endpoint that an operator allows: its input is passed through. `id` has been checked with `modelId`. */
export function passThroughModel(options: PassThroughModelOptions): Model {
  const id = modelId.parse(options.id);
  const imageFields = options.imageFields ?? [];
  return {
    id,
    title: id,
    summary: "Allowed by the operator; its input is passed to fal as it is.",
    category: "other",
    input: passThroughInput(imageFields),
    imageFields,
    price: options.price,
    expectedMs: options.expectedMs ?? EXPECTED_MS_DEFAULT,
    docsUrl: falDocsUrl(id),
    example: { prompt: "A red bicycle against a white wall" },
  };
}
