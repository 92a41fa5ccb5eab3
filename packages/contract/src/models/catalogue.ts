import type { Model } from "./model.ts";
import { zImageModels } from "./z-image.ts";

/** The models that come with Darkroom. An operator's own are added by `configureModels`. */
export const models: readonly Model[] = zImageModels;

/** The model with this id, or undefined. Looks only at ids in the list, so a caller's text never becomes a URL. */
export function findModel(id: string, among: readonly Model[] = models): Model | undefined {
  return among.find((model) => model.id === id);
}
