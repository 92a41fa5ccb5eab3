import { z } from "zod";
import { mustBe, onlyFields } from "./messages.ts";
import { modelId } from "./pass-through-model.ts";
import { priceConfig } from "./price.ts";

/** Between "ask at once" and the hour after which fal itself gives up on a request. */
const EXPECTED_MS_MIN = 100;
const EXPECTED_MS_MAX = 3_600_000;

const fieldNameError = mustBe("image_fields", "a list of field names like image_url");
const fieldName = z.string({ error: fieldNameError }).regex(/^[a-z][a-z0-9_]{0,63}$/, { error: fieldNameError });

const expectedMsError = mustBe("expected_ms", `a whole number from ${EXPECTED_MS_MIN} to ${EXPECTED_MS_MAX}`);
const expectedMs = z
  .int({ error: expectedMsError })
  .min(EXPECTED_MS_MIN, { error: expectedMsError })
  .max(EXPECTED_MS_MAX, { error: expectedMsError });

const extraModel = z
  .strictObject(
    {
      id: modelId,
      price: priceConfig,
      image_fields: z.array(fieldName, { error: fieldNameError }).default([]),
      expected_ms: expectedMs.optional(),
    },
    { error: onlyFields("an extra model", ["id", "price", "image_fields", "expected_ms"]) },
  )
  .transform((config) => ({
    id: config.id,
    price: config.price,
    imageFields: config.image_fields,
    expectedMs: config.expected_ms,
  }));

/** Reads JSON out of a setting; what is not JSON is an issue of its own, not an exception. */
function jsonSetting(name: string, empty: unknown) {
  return z.string().transform((text, context): unknown => {
    if (text.trim() === "") return empty;
    try {
      return JSON.parse(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: `${name} is not JSON: ${(error as Error).message}` });
      return z.NEVER;
    }
  });
}

/**
 * `MODELS_EXTRA`: further fal endpoints, as a JSON list. Their input is passed through.
 *
 *     [{"id": "fal-ai/flux/dev", "price": {"unit": "megapixel", "usd": 0.025}, "image_fields": ["image_url"]}]
 */
export const modelsExtraConfig = jsonSetting("MODELS_EXTRA", []).pipe(
  z.array(extraModel, { error: mustBe("MODELS_EXTRA", 'a JSON list of {"id", "price", …}') }),
);

/**
 * `MODEL_PRICES`: prices that win over ours, as a JSON object from model id to price. A model that we list without a
 * price takes jobs once it has one here.
 *
 *     {"fal-ai/z-image/turbo/inpaint": {"unit": "megapixel", "usd": 0.01}}
 */
export const modelPricesConfig = jsonSetting("MODEL_PRICES", {}).pipe(
  z.record(modelId, priceConfig, { error: mustBe("MODEL_PRICES", "a JSON object from model id to price") }),
);

export type ModelsExtra = z.output<typeof modelsExtraConfig>;
export type ModelPrices = z.output<typeof modelPricesConfig>;
