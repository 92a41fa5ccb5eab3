import {
  BASE,
  CONTROL,
  type Fields,
  fileField,
  LORAS,
  PREPROCESS,
  sizeField,
  strengthField,
  TILING,
  TURBO,
} from "./fields.ts";

export interface Model {
  endpointId: string;
  fields: Fields;
  /** Price of a megapixel in millionths of a dollar. */
  microsPerMegapixel: number;
}

/** Prompt expansion: "0.0025 credits per request"; a credit is taken to be a dollar. */
export const EXPANSION_MICROS = 2_500;

/** The only app this emulator knows. Any path below it is accepted at submit, as fal does; the runner answers 404 to a foreign one. */
export const APP_OWNER = "fal-ai";
export const APP_ALIAS = "z-image";

const LANDSCAPE = sizeField("landscape_4_3", false);
const AUTO = sizeField("auto", true);
const SOURCE = fileField("image_url", true);
const INPAINT = { ...TURBO, ...AUTO, ...SOURCE, ...fileField("mask_image_url", true), ...strengthField(1), ...CONTROL };
const TILED = {
  ...TURBO,
  ...sizeField("square_hd", true),
  ...fileField("image_url", false),
  ...fileField("mask_image_url", false),
  ...strengthField(0.6),
  ...TILING,
};
const CONTROLLED = { ...TURBO, ...AUTO, ...SOURCE, ...CONTROL, ...PREPROCESS };
const REDRAWN = { ...TURBO, ...AUTO, ...SOURCE, ...strengthField(0.6) };

/**
 * The z-image image endpoints with the prices of their model pages. Inpaint and tiling prices are guesses (no page names them):
 * those of controlnet and of plain turbo, with turbo/lora's price where loras are taken.
 */
const MODELS: Model[] = [
  model("turbo", 5_000, { ...TURBO, ...LANDSCAPE }),
  model("turbo/lora", 8_500, { ...TURBO, ...LANDSCAPE, ...LORAS }),
  model("turbo/image-to-image", 5_000, REDRAWN),
  model("turbo/image-to-image/lora", 8_500, { ...REDRAWN, ...LORAS }),
  model("turbo/controlnet", 6_500, CONTROLLED),
  model("turbo/controlnet/lora", 6_500, { ...CONTROLLED, ...LORAS }),
  model("turbo/inpaint", 6_500, INPAINT),
  model("turbo/inpaint/lora", 8_500, { ...INPAINT, ...LORAS }),
  model("turbo/tiling", 5_000, TILED),
  model("turbo/tiling/lora", 8_500, { ...TILED, ...LORAS }),
  model("base", 5_000, { ...BASE, ...LANDSCAPE }),
  model("base/lora", 5_000, { ...BASE, ...LANDSCAPE, ...LORAS }),
];

function model(path: string, microsPerMegapixel: number, fields: Fields): Model {
  return { endpointId: `${APP_OWNER}/${APP_ALIAS}/${path}`, microsPerMegapixel, fields };
}

const BY_ID = new Map(MODELS.map((entry) => [entry.endpointId, entry]));

export function findModel(endpointId: string): Model | undefined {
  return BY_ID.get(endpointId);
}
