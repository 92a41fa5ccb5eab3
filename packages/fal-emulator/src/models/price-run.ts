import { EXPANSION_MICROS, type Model } from "./models.ts";
import type { ImageSize } from "./read-size.ts";

export interface Bill {
  /** Megapixels, the unit z-image is sold in. fal shows values such as 0.457; six places are exact for any size. */
  billableUnits: number;
  billedMicros: number;
}

/** What a successful run costs: width × height / 1e6 summed over its images, plus prompt expansion once. */
export function priceRun(model: Model, size: ImageSize, imageCount: number, expandedPrompt: boolean): Bill {
  const pixels = size.width * size.height * imageCount;
  const billedMicros = Math.round((pixels * model.microsPerMegapixel) / 1e6) + (expandedPrompt ? EXPANSION_MICROS : 0);
  return { billableUnits: pixels / 1e6, billedMicros };
}
