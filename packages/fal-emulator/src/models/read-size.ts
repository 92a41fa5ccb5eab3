import { type Issue, issue } from "./issue.ts";
import { type FieldReading, read, readChoice, readInteger, refused } from "./read-scalars.ts";

/** fal's ImageSize: width and height above 0, at most 14142, 512 when left out. */
const SIDE_MAX = 14_142;
const SIDE_FALLBACK = 512;

const PRESET_SIZES: Record<string, ImageSize> = {
  square_hd: { width: 1024, height: 1024 },
  square: { width: 512, height: 512 },
  portrait_4_3: { width: 768, height: 1024 },
  portrait_16_9: { width: 576, height: 1024 },
  landscape_4_3: { width: 1024, height: 768 },
  landscape_16_9: { width: 1024, height: 576 },
};

export interface ImageSize {
  width: number;
  height: number;
}

/** The size a preset stands for; undefined for `auto`. */
export function presetSize(name: string): ImageSize | undefined {
  return PRESET_SIZES[name];
}

/** A preset name or `{width, height}`. Pydantic would report both branches of the union; only the fitting one is told here. */
export function readSize(loc: Issue["loc"], presets: readonly string[], value: unknown): FieldReading {
  if (typeof value === "string") return readChoice(loc, presets, value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const msg = "Input should be a valid dictionary or object to extract fields from";
    return refused(issue([...loc, "ImageSize"], "model_attributes_type", msg, value));
  }
  const { width = SIDE_FALLBACK, height = SIDE_FALLBACK } = value as Record<string, unknown>;
  const range = { above: 0, max: SIDE_MAX };
  const readings = [
    readInteger([...loc, "ImageSize", "width"], range, width),
    readInteger([...loc, "ImageSize", "height"], range, height),
  ];
  const issues = readings.flatMap((reading) => (reading.outcome === "refused" ? reading.issues : []));
  return issues.length > 0 ? refused(...issues) : read({ width: Number(width), height: Number(height) });
}
