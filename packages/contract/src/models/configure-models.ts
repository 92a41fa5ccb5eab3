import { findModel, models } from "./catalogue.ts";
import type { Model } from "./model.ts";
import type { ModelPrices, ModelsExtra } from "./model-config.ts";
import { passThroughModel } from "./pass-through-model.ts";

export type ConfiguredModels =
  | { outcome: "configured"; models: readonly Model[] }
  | { outcome: "invalid"; problems: string[] };

export type ModelSettings = { extra?: ModelsExtra | undefined; prices?: ModelPrices | undefined };

function findProblems(extra: ModelsExtra, prices: ModelPrices): string[] {
  const ids = extra.map((model) => model.id);
  const known = new Set([...models.map((model) => model.id), ...ids]);
  return [
    ...ids.filter((id) => findModel(id)).map((id) => `MODELS_EXTRA: ${id} comes with Darkroom already`),
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `MODELS_EXTRA: ${id} is there twice`),
    ...Object.keys(prices)
      .filter((id) => !known.has(id))
      .map((id) => `MODEL_PRICES: ${id} is not a model; add it to MODELS_EXTRA first`),
  ];
}

/** Our models and the operator's, with the operator's prices. */
export function configureModels({ extra = [], prices = {} }: ModelSettings): ConfiguredModels {
  const problems = findProblems(extra, prices);
  if (problems.length > 0) return { outcome: "invalid", problems };
  const all = [...models, ...extra.map(passThroughModel)];
  return {
    outcome: "configured",
    models: all.map((model) => ({ ...model, price: prices[model.id] ?? model.price })),
  };
}
