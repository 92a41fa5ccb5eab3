import { z } from "zod";
import { usdToMicros } from "../pricing/usd.ts";
import { mustBe, onlyFields } from "./messages.ts";

/** What fal counts. An endpoint billed by the second has no price before it ran: give it a cautious one per request. */
const priceUnits = ["megapixel", "image", "request"] as const;

export type PriceUnit = (typeof priceUnits)[number];

/** A price as data, in micro-dollars. */
export type ModelPrice = {
  unit: PriceUnit;
  /** Price of one unit. */
  unitMicros: number;
  /** Added once per request that asks for `enable_prompt_expansion`. */
  promptExpansionMicros: number;
};

/**
 * fal writes "0.0025 credits per request" on the schema pages and "$0.0025" on the turbo page: a credit is a dollar.
 */
export const PROMPT_EXPANSION_MICROS = 2_500;

/** No fal endpoint costs more per unit. A larger number is a slip, most likely micro-dollars written as dollars. */
const PRICE_USD_MAX = 1_000;

export function pricePerMegapixel(unitMicros: number): ModelPrice {
  return { unit: "megapixel", unitMicros, promptExpansionMicros: PROMPT_EXPANSION_MICROS };
}

function usdAmount(field: string) {
  const error = mustBe(field, `US dollars from 0 to ${PRICE_USD_MAX}, with at most 6 decimals`);
  return z
    .number({ error })
    .min(0, { error })
    .max(PRICE_USD_MAX, { error })
    .refine((usd) => usdToMicros(usd) !== null, { error })
    .transform((usd) => usdToMicros(usd) ?? 0);
}

/** A price as an operator writes it: `{"unit": "megapixel", "usd": 0.01}`. */
export const priceConfig = z
  .strictObject(
    {
      unit: z.enum(priceUnits, { error: mustBe("price.unit", `one of ${priceUnits.join(", ")}`) }),
      usd: usdAmount("price.usd"),
      prompt_expansion_usd: usdAmount("price.prompt_expansion_usd").prefault(PROMPT_EXPANSION_MICROS / 1e6),
    },
    { error: onlyFields("price", ["unit", "usd", "prompt_expansion_usd"]) },
  )
  .transform(
    (config): ModelPrice => ({
      unit: config.unit,
      unitMicros: config.usd,
      promptExpansionMicros: config.prompt_expansion_usd,
    }),
  );
