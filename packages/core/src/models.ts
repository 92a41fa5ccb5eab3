import { configureModels } from "@darkroom/contract/models/configure-models";
import type { Model } from "@darkroom/contract/models/model";
import { modelPricesConfig, modelsExtraConfig } from "@darkroom/contract/models/model-config";

/** The models of this install: the catalogue, the operator's further ones, and the operator's prices. */
export type Models = { list: readonly Model[]; find(id: string): Model | undefined };

export type ModelsResult = { ok: true; models: Models } | { ok: false; problems: string[] };

/** Builds the catalogue from MODELS_EXTRA and MODEL_PRICES; every problem is listed, none is thrown. */
export function loadModels(settings: {
  MODELS_EXTRA?: string | undefined;
  MODEL_PRICES?: string | undefined;
}): ModelsResult {
  const extra = modelsExtraConfig.safeParse(settings.MODELS_EXTRA ?? "");
  const prices = modelPricesConfig.safeParse(settings.MODEL_PRICES ?? "");
  const problems = [
    ...(extra.error?.issues ?? []).map((issue) => `MODELS_EXTRA is wrong: ${issue.message}`),
    ...(prices.error?.issues ?? []).map((issue) => `MODEL_PRICES is wrong: ${issue.message}`),
  ];
  if (!extra.success || !prices.success) return { ok: false, problems };
  const configured = configureModels({ extra: extra.data, prices: prices.data });
  if (configured.outcome === "invalid") return { ok: false, problems: configured.problems };
  const byId = new Map(configured.models.map((model) => [model.id, model]));
  return { ok: true, models: { list: configured.models, find: (id) => byId.get(id) } };
}
