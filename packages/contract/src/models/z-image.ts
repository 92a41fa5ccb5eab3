import { z } from "zod";
import * as field from "./fields.ts";
import { onlyFields } from "./messages.ts";
import { falDocsUrl, type Model } from "./model.ts";
import { pricePerMegapixel } from "./price.ts";

/*
 * The inference endpoints of fal's z-image family. The three trainers (z-image-trainer, z-image-base-trainer,
 * z-image-turbo-trainer-v2) are left out: they take an archive and return weights, and nothing here stores those.
 */

const common = {
  prompt: field.prompt,
  num_images: field.numImages,
  seed: field.seed,
  output_format: field.outputFormat,
  acceleration: field.acceleration,
  enable_safety_checker: field.enableSafetyChecker,
  sync_mode: field.syncMode,
};

const base = {
  ...common,
  negative_prompt: field.negativePrompt,
  image_size: field.textImageSize,
  num_inference_steps: field.baseSteps,
  guidance_scale: field.guidanceScale,
};

const turbo = {
  ...common,
  num_inference_steps: field.turboSteps,
  enable_prompt_expansion: field.enablePromptExpansion,
};

const textToImage = { ...turbo, image_size: field.textImageSize };

const control = {
  control_scale: field.controlScale,
  control_start: field.controlStart,
  control_end: field.controlEnd,
};

const imageToImage = {
  ...turbo,
  image_url: field.sourceImage,
  image_size: field.sourceImageSize,
  strength: field.strength(0.6),
};

const controlnet = {
  ...turbo,
  image_url: field.sourceImage,
  image_size: field.sourceImageSize,
  preprocess: field.preprocess,
  ...control,
};

const inpaint = {
  ...turbo,
  image_url: field.sourceImage,
  mask_image_url: field.maskImage,
  image_size: field.sourceImageSize,
  strength: field.strength(1),
  ...control,
};

const tiling = {
  ...turbo,
  image_url: field.sourceImage.optional(),
  mask_image_url: field.maskImage.optional(),
  image_size: field.tilingImageSize,
  strength: field.strength(0.6),
  tile_size: field.tileSize,
  tile_stride: field.tileStride,
  tiling_mode: field.tilingMode,
};

const withLoras = { loras: field.loras };

function inputOf<Shape extends z.core.$ZodShape>(id: string, shape: Shape) {
  return z.strictObject(shape, { error: onlyFields(id, Object.keys(shape)) });
}

/** fal's page: the mask "requires image_url". */
function tilingInputOf<Shape extends typeof tiling>(id: string, shape: Shape) {
  return inputOf(id, shape).refine(
    (input: { image_url?: unknown; mask_image_url?: unknown }) =>
      input.mask_image_url === undefined || input.image_url !== undefined,
    { path: ["image_url"], error: "image_url is required when mask_image_url is given" },
  );
}

type Entry = Omit<Model, "docsUrl" | "imageFields">;

/** Completes an entry with what follows from it. */
function entry(model: Entry): Model {
  const imageFields = ["image_url", "mask_image_url"].filter((name) => name in model.input.shape);
  return { ...model, imageFields, docsUrl: falDocsUrl(model.id) };
}

const portrait = "https://storage.googleapis.com/falserverless/example_inputs/z-image-turbo-i2i-input.png";
const leopard = "https://storage.googleapis.com/falserverless/example_inputs/z-image-turbo-controlnet-input.jpg";
const beach = "https://storage.googleapis.com/falserverless/example_inputs/inpaint-input.jpg";
const beachMask = "https://storage.googleapis.com/falserverless/whls/z-image-inpaint-mask.jpg";
const loraExample = [{ path: "owner/style-lora", scale: 0.8 }];

/*
 * Prices: fal.ai/docs, z-image pages; base is from a secondary source. For base/lora sources differ (0.005 and 0.0085):
 * the higher one stands, so that a reservation is not below the bill. Inpaint and tiling stay null, for the operator to
 * set: what was seen is unconfirmed or contradicts itself (tiling 0.02; inpaint 0.005 and 0.01; inpaint/lora 0.0115).
 */
const plainPrice = pricePerMegapixel(5_000);
const loraPrice = pricePerMegapixel(8_500);
const controlnetPrice = pricePerMegapixel(6_500);

const baseModels: Model[] = [
  entry({
    id: "fal-ai/z-image/base",
    title: "Z-Image Base",
    summary: "Pictures from text with the full model: slower than turbo, with guidance and a negative prompt.",
    category: "text-to-image",
    input: inputOf("fal-ai/z-image/base", base),
    price: plainPrice,
    expectedMs: 10_000,
    example: { prompt: "An old lighthouse in a storm, oil on canvas", negative_prompt: "people" },
  }),
  entry({
    id: "fal-ai/z-image/base/lora",
    title: "Z-Image Base with LoRA",
    summary: "Z-Image Base in a style or with a subject of your own, from up to three LoRAs.",
    category: "text-to-image",
    input: inputOf("fal-ai/z-image/base/lora", { ...base, ...withLoras }),
    price: loraPrice,
    expectedMs: 12_000,
    example: { prompt: "An old lighthouse in a storm", loras: loraExample },
  }),
];

const turboModels: Model[] = [
  entry({
    id: "fal-ai/z-image/turbo",
    title: "Z-Image Turbo",
    summary: "Pictures from text in a few steps.",
    category: "text-to-image",
    input: inputOf("fal-ai/z-image/turbo", textToImage),
    price: plainPrice,
    expectedMs: 3_000,
    example: { prompt: "A red bicycle against a white wall, morning light", image_size: "square_hd" },
  }),
  entry({
    id: "fal-ai/z-image/turbo/lora",
    title: "Z-Image Turbo with LoRA",
    summary: "Z-Image Turbo in a style or with a subject of your own, from up to three LoRAs.",
    category: "text-to-image",
    input: inputOf("fal-ai/z-image/turbo/lora", { ...textToImage, ...withLoras }),
    price: loraPrice,
    expectedMs: 5_000,
    example: { prompt: "A red bicycle against a white wall", loras: loraExample },
  }),
  entry({
    id: "fal-ai/z-image/turbo/image-to-image",
    title: "Z-Image Turbo Image to Image",
    summary: "A picture changed by a text; strength says how far.",
    category: "image-to-image",
    input: inputOf("fal-ai/z-image/turbo/image-to-image", imageToImage),
    price: plainPrice,
    expectedMs: 3_000,
    example: { prompt: "The same woman in a red dress, evening light", image_url: portrait, strength: 0.6 },
  }),
  entry({
    id: "fal-ai/z-image/turbo/image-to-image/lora",
    title: "Z-Image Turbo Image to Image with LoRA",
    summary: "A picture changed by a text, in a style of your own from up to three LoRAs.",
    category: "image-to-image",
    input: inputOf("fal-ai/z-image/turbo/image-to-image/lora", { ...imageToImage, ...withLoras }),
    price: loraPrice,
    expectedMs: 5_000,
    example: { prompt: "The same woman as a woodcut", image_url: portrait, loras: loraExample },
  }),
];

const guidedModels: Model[] = [
  entry({
    id: "fal-ai/z-image/turbo/controlnet",
    title: "Z-Image Turbo ControlNet",
    summary: "A new picture that keeps the edges, depth or pose of a given one.",
    category: "image-to-image",
    input: inputOf("fal-ai/z-image/turbo/controlnet", controlnet),
    price: controlnetPrice,
    expectedMs: 5_000,
    example: { prompt: "A tiger between ferns", image_url: leopard, preprocess: "canny" },
  }),
  entry({
    id: "fal-ai/z-image/turbo/controlnet/lora",
    title: "Z-Image Turbo ControlNet with LoRA",
    summary: "A new picture that keeps the edges, depth or pose of a given one, with up to three LoRAs.",
    category: "image-to-image",
    input: inputOf("fal-ai/z-image/turbo/controlnet/lora", { ...controlnet, ...withLoras }),
    price: controlnetPrice,
    expectedMs: 7_000,
    example: { prompt: "A tiger between ferns", image_url: leopard, preprocess: "depth", loras: loraExample },
  }),
  entry({
    id: "fal-ai/z-image/turbo/inpaint",
    title: "Z-Image Turbo Inpaint",
    summary: "A part of a picture painted anew, where a mask is white.",
    category: "image-to-image",
    input: inputOf("fal-ai/z-image/turbo/inpaint", inpaint),
    price: null,
    expectedMs: 5_000,
    example: { prompt: "A sailing boat on the horizon", image_url: beach, mask_image_url: beachMask },
  }),
  entry({
    id: "fal-ai/z-image/turbo/inpaint/lora",
    title: "Z-Image Turbo Inpaint with LoRA",
    summary: "A part of a picture painted anew, where a mask is white, with up to three LoRAs.",
    category: "image-to-image",
    input: inputOf("fal-ai/z-image/turbo/inpaint/lora", { ...inpaint, ...withLoras }),
    price: null,
    expectedMs: 7_000,
    example: { prompt: "A sailing boat", image_url: beach, mask_image_url: beachMask, loras: loraExample },
  }),
];

const tilingModels: Model[] = [
  entry({
    id: "fal-ai/z-image/turbo/tiling",
    title: "Z-Image Turbo Seamless Tiling",
    summary: "Textures whose edges fit together, from text or from a picture.",
    category: "text-to-image",
    input: tilingInputOf("fal-ai/z-image/turbo/tiling", tiling),
    price: null,
    expectedMs: 8_000,
    example: { prompt: "Mossy cobblestones from above, flat light", tiling_mode: "both" },
  }),
  entry({
    id: "fal-ai/z-image/turbo/tiling/lora",
    title: "Z-Image Turbo Seamless Tiling with LoRA",
    summary: "Textures whose edges fit together, with up to three LoRAs.",
    category: "text-to-image",
    input: tilingInputOf("fal-ai/z-image/turbo/tiling/lora", { ...tiling, ...withLoras }),
    price: null,
    expectedMs: 10_000,
    example: { prompt: "Mossy cobblestones from above", loras: loraExample },
  }),
];

export const zImageModels: readonly Model[] = [...baseModels, ...turboModels, ...guidedModels, ...tilingModels];
