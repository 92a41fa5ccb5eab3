import type { ModelInfo } from "@darkroom/contract/model-info";
import type { Model } from "@darkroom/contract/models/model";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import { z } from "zod";

const made = new WeakMap<Model, ModelInfo>();

/** A model as the API shows it. Its JSON Schema is made from the very schema that checks inputs, once. */
export function toModelInfo(model: Model): ModelInfo {
  const known = made.get(model);
  if (known) return known;
  const info: ModelInfo = {
    id: model.id,
    title: model.title,
    summary: model.summary,
    category: model.category,
    available: model.price !== null,
    price: priceOf(model),
    image_fields: [...model.imageFields],
    expected_ms: model.expectedMs,
    docs_url: model.docsUrl,
    input_schema: { ...z.toJSONSchema(model.input, { io: "input" }) },
    example: model.example,
  };
  made.set(model, info);
  return info;
}

function priceOf({ price }: Model): ModelInfo["price"] {
  if (!price) return null;
  return {
    unit: price.unit,
    usd: microsToUsd(price.unitMicros),
    prompt_expansion_usd: microsToUsd(price.promptExpansionMicros),
  };
}
