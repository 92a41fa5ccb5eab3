/** How one input field of a model is read. `fallback` is what the model takes when the field is left out. */
export type Field =
  | { kind: "text"; fallback?: string }
  | { kind: "integer"; min?: number; max?: number; fallback: number | null }
  | { kind: "number"; min: number; max: number; fallback: number }
  | { kind: "flag"; fallback: boolean }
  | { kind: "choice"; of: readonly string[]; fallback: string }
  | { kind: "size"; presets: readonly string[]; fallback: string }
  | { kind: "file"; required: boolean }
  | { kind: "loras"; countMax: number };

export type Fields = Record<string, Field>;

const PRESETS = ["square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"] as const;

const ACCELERATION: Field = { kind: "choice", of: ["none", "regular", "high"], fallback: "regular" };

/** Fields every z-image endpoint takes. */
const COMMON: Fields = {
  prompt: { kind: "text" },
  seed: { kind: "integer", fallback: null },
  sync_mode: { kind: "flag", fallback: false },
  num_images: { kind: "integer", min: 1, max: 4, fallback: 1 },
  enable_safety_checker: { kind: "flag", fallback: true },
  output_format: { kind: "choice", of: ["jpeg", "png", "webp"], fallback: "png" },
  acceleration: ACCELERATION,
};

export const TURBO: Fields = {
  ...COMMON,
  num_inference_steps: { kind: "integer", min: 1, max: 8, fallback: 8 },
  enable_prompt_expansion: { kind: "flag", fallback: false },
};

export const BASE: Fields = {
  ...COMMON,
  num_inference_steps: { kind: "integer", min: 1, max: 50, fallback: 28 },
  // The docs page says 4; the JS client's types say 5 for z-image/base by mistake (they borrow another model's type).
  guidance_scale: { kind: "number", min: 1, max: 20, fallback: 4 },
  negative_prompt: { kind: "text", fallback: "" },
};

export const LORAS: Fields = { loras: { kind: "loras", countMax: 3 } };

export const CONTROL: Fields = {
  control_scale: { kind: "number", min: 0, max: 1, fallback: 0.75 },
  control_start: { kind: "number", min: 0, max: 1, fallback: 0 },
  control_end: { kind: "number", min: 0, max: 1, fallback: 0.8 },
};

export const PREPROCESS: Fields = {
  preprocess: { kind: "choice", of: ["none", "canny", "depth", "pose"], fallback: "none" },
};

export const TILING: Fields = {
  tile_size: { kind: "integer", min: 32, max: 256, fallback: 128 },
  tile_stride: { kind: "integer", min: 16, max: 128, fallback: 64 },
  tiling_mode: { kind: "choice", of: ["both", "horizontal", "vertical"], fallback: "both" },
};

/** The schema gives no range; the model page's table says 0.0 to 1.0, and so do diffusers' pipelines. */
export function strengthField(fallback: number): Fields {
  return { strength: { kind: "number", min: 0, max: 1, fallback } };
}

export function sizeField(fallback: string, withAuto: boolean): Fields {
  return { image_size: { kind: "size", presets: withAuto ? [...PRESETS, "auto"] : PRESETS, fallback } };
}

export function fileField(name: string, required: boolean): Fields {
  return { [name]: { kind: "file", required } };
}
