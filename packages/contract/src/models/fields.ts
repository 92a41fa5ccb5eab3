import { z } from "zod";
import { imageInput } from "./image-input.ts";
import { imageSize, imageSizeOrAuto } from "./image-size.ts";
import { mustBe, onlyFields, showKind, showSent } from "./messages.ts";

/*
 * The fields of fal's z-image endpoints, each written once. Ranges and defaults are those of fal's model pages
 * (fal.ai/docs/model-api-reference/image-generation-api/z-image-*); where a bound is ours, its reason stands beside it.
 * What fal leaves open is bounded here, so that a slip is refused before it costs anything.
 */

/** fal states no limit. The model reads a few hundred words; ten times that is a paste by accident, not a prompt. */
export const PROMPT_CHARS_MAX = 8_000;

/** At most this many LoRAs at once (fal: "maximum 3"). */
const LORAS_MAX = 3;

/** Longer than any LoRA link met in practice, and the length most servers still accept in a request line. */
const LORA_PATH_CHARS_MAX = 2_048;

function whole(field: string, min: number, max: number) {
  const error = mustBe(field, `a whole number from ${min} to ${max}`);
  return z.int({ error }).min(min, { error }).max(max, { error });
}

function quantity(field: string, min: number, max: number) {
  const error = mustBe(field, `a number from ${min} to ${max}`);
  return z.number({ error }).min(min, { error }).max(max, { error });
}

function choice<const T extends readonly [string, ...string[]]>(field: string, values: T) {
  return z.enum(values, { error: mustBe(field, `one of ${values.join(", ")}`) });
}

function flag(field: string) {
  return z.boolean({ error: mustBe(field, "true or false") });
}

function text(field: string) {
  const error = mustBe(field, `a text of at most ${PROMPT_CHARS_MAX} characters`, showKind);
  return z.string({ error }).max(PROMPT_CHARS_MAX, { error });
}

const promptEmpty = mustBe("prompt", `a text of 1 to ${PROMPT_CHARS_MAX} characters that is not blank`, showKind);

export const prompt = z
  .string({ error: promptEmpty })
  .min(1, { error: promptEmpty, abort: true })
  .max(PROMPT_CHARS_MAX, { error: promptEmpty })
  .regex(/\S/, { error: promptEmpty })
  .describe("What the picture should show.");

export const negativePrompt = text("negative_prompt").default("").describe("What the picture should not show.");

/**
 * fal calls it an integer and gives no range. Up to 2^53 - 1, the largest that JSON in JavaScript keeps exactly: a
 * seed that would be rounded on its way no longer repeats its picture. Negative seeds mean "random" in other tools and
 * something else here, so they are refused.
 */
export const seed = whole("seed", 0, Number.MAX_SAFE_INTEGER)
  .optional()
  .describe("The same seed with the same input on the same model version gives the same picture. Random when absent.");

export const syncMode = flag("sync_mode")
  .default(false)
  .describe("Let fal return the pictures as data URIs and keep none of them. They are stored here either way.");

export const numImages = whole("num_images", 1, 4).default(1).describe("How many pictures to make.");

export const enableSafetyChecker = flag("enable_safety_checker")
  .default(true)
  .describe("Check the pictures for unsafe content.");

export const outputFormat = choice("output_format", ["jpeg", "png", "webp"])
  .default("png")
  .describe("The file format of the pictures.");

/** Always sent: fal's own pages disagree about the default ("none" on the older, "regular" on the newer). */
export const acceleration = choice("acceleration", ["none", "regular", "high"])
  .default("regular")
  .describe("How much quality to trade for speed.");

export const enablePromptExpansion = flag("enable_prompt_expansion")
  .default(false)
  .describe("Let fal enrich the prompt with detail first. Costs extra per request.");

export const turboSteps = whole("num_inference_steps", 1, 8).default(8).describe("How many steps to compute.");

export const baseSteps = whole("num_inference_steps", 1, 50).default(28).describe("How many steps to compute.");

/** Default 4 as on fal's z-image page. Its TypeScript types say 5: there `base` is an alias of another model's input. */
export const guidanceScale = quantity("guidance_scale", 1, 20)
  .default(4)
  .describe("How closely to follow the prompt; higher is closer.");

/** fal's schema has no range for `strength`; "0.0-1.0" stands in a table of the image-to-image page. */
export function strength(defaultValue: number) {
  return quantity("strength", 0, 1)
    .default(defaultValue)
    .describe("How far to move away from the given picture: 0 keeps it, 1 ignores it.");
}

export const textImageSize = imageSize
  .default("landscape_4_3")
  .describe("The size of the pictures: a name, or width and height in pixels.");

const sizeLikeSource = "The size of the pictures: auto for that of the given picture, a name, or width and height.";

export const sourceImageSize = imageSizeOrAuto.default("auto").describe(sizeLikeSource);

export const tilingImageSize = imageSizeOrAuto
  .default("square_hd")
  .describe(`${sizeLikeSource} Without a given picture, auto is 1024 × 1024.`);

export const sourceImage = imageInput("image_url").describe("The picture to start from.");

export const maskImage = imageInput("mask_image_url").describe(
  "The mask, as large as the picture: white is painted anew, black is kept.",
);

const controlRange = "of the process, from 0 (first step) to 1 (last step).";

export const controlScale = quantity("control_scale", 0, 1)
  .default(0.75)
  .describe("How strongly the control picture guides the result.");

export const controlStart = quantity("control_start", 0, 1)
  .default(0)
  .describe(`Where the guidance begins, as a part ${controlRange}`);

export const controlEnd = quantity("control_end", 0, 1)
  .default(0.8)
  .describe(`Where the guidance ends, as a part ${controlRange}`);

export const preprocess = choice("preprocess", ["none", "canny", "depth", "pose"])
  .default("none")
  .describe("What to derive from the control picture first: edges, depth or pose.");

export const tileSize = whole("tile_size", 32, 256)
  .default(128)
  .describe("Size of a tile in latent units of 8 pixels: 128 is 1024 pixels.");

export const tileStride = whole("tile_stride", 16, 128)
  .default(64)
  .describe("Distance from tile to tile in latent units of 8 pixels: 64 is 512 pixels.");

export const tilingMode = choice("tiling_mode", ["both", "horizontal", "vertical"])
  .default("both")
  .describe("In which directions the edges must fit together.");

const loraPathError = mustBe("loras.path", "an http(s) URL or a Hugging Face path like owner/repo", showKind);

/** fal: "URL, HuggingFace repo ID (owner/repo)". A path into a repository is let through for fal to judge. */
const loraPath = z
  .string({ error: loraPathError })
  .max(LORA_PATH_CHARS_MAX, { error: loraPathError })
  .regex(/^(https?:\/\/\S+|[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9_][\w.-]*)+)$/, { error: loraPathError })
  .describe("Where the LoRA weights are: a URL, or owner/repo on Hugging Face.");

const lora = z.strictObject(
  {
    path: loraPath,
    scale: quantity("loras.scale", 0, 4).default(1).describe("How strongly to apply the LoRA."),
  },
  { error: onlyFields("each of loras", ["path", "scale"]) },
);

const lorasError = mustBe("loras", `a list of at most ${LORAS_MAX} LoRAs, each {path, scale}`, (value) =>
  Array.isArray(value) ? `a list of ${value.length}` : showSent(value),
);

export const loras = z
  .array(lora, { error: lorasError })
  .max(LORAS_MAX, { error: lorasError })
  .default([])
  .describe("LoRA weights to apply, at most 3.");
