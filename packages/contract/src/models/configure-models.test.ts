import { describe, expect, it } from "vitest";
import { z } from "zod";
import { findModel, models } from "./catalogue.ts";
import { configureModels } from "./configure-models.ts";
import { modelPricesConfig, modelsExtraConfig } from "./model-config.ts";
import { parseInput } from "./parse-input.ts";
import { modelId, passThroughModel } from "./pass-through-model.ts";

const flux = '[{"id": "fal-ai/flux/dev", "price": {"unit": "megapixel", "usd": 0.025}, "image_fields": ["image_url"]}]';
const inpaintPrice = '{"fal-ai/z-image/turbo/inpaint": {"unit": "megapixel", "usd": 0.01}}';

const messagesOf = (schema: z.ZodType, text: string) =>
  schema.safeParse(text).error?.issues.map((issue) => issue.message) ?? [];

describe("a model id", () => {
  it.each([
    ["fal-ai/flux/dev", true],
    ["fal-ai/flux-pro/v1.1-ultra", true],
    ["bria/text-to-image/3.2", true],
    ["flux", false],
    ["https://evilfal.run/x", false],
    ["//evilfal.run/x", false],
    ["evilfal.run/x", false],
    ["fal-ai/../../storage", false],
    ["fal-ai/./flux", false],
    ["fal-ai//flux", false],
    ["fal-ai/flux/", false],
    ["fal-ai/flux?x=1", false],
    ["fal-ai/flux#x", false],
    ["fal-ai/flux\n", false],
    ["Fal-AI/Flux", false],
    ["a/".padEnd(201, "a"), false],
    ["", false],
    [7, false],
  ])("%j", (id, ok) => {
    expect(modelId.safeParse(id).success).toBe(ok);
  });

  it("that is a URL does not become a model, even without the configuration schema", () => {
    expect(() => passThroughModel({ id: "https://evilfal.run/x", price: null })).toThrow(/not a URL/);
  });
});

describe("MODELS_EXTRA", () => {
  it("reads models and their prices", () => {
    expect(modelsExtraConfig.parse(flux)).toEqual([
      {
        id: "fal-ai/flux/dev",
        price: { unit: "megapixel", unitMicros: 25_000, promptExpansionMicros: 2_500 },
        imageFields: ["image_url"],
        expectedMs: undefined,
      },
    ]);
    expect(modelsExtraConfig.parse("")).toEqual([]);
  });

  it.each([
    ["{", "MODELS_EXTRA is not JSON: "],
    ["{}", 'MODELS_EXTRA must be a JSON list of {"id", "price", …}; got {}'],
    ['[{"id": "fal-ai/flux/dev"}]', "price is required"],
    ['[{"id": "https://evilfal.run/x", "price": {"unit": "image", "usd": 1}}]', "id must be a fal endpoint id"],
    ['[{"id": "a/b", "price": {"unit": "second", "usd": 1}}]', "price.unit must be one of megapixel, image, request"],
    ['[{"id": "a/b", "price": {"unit": "image", "usd": 25000}}]', "price.usd must be US dollars from 0 to 1000"],
    ['[{"id": "a/b", "price": {"unit": "image", "usd": -1}}]', "price.usd must be US dollars from 0 to 1000"],
    ['[{"id": "a/b", "price": {"unit": "image", "usd": 0.0000001}}]', "price.usd must be US dollars from 0 to 1000"],
    ['[{"id": "a/b", "price": {"unit": "image", "usd": "1"}}]', "price.usd must be US dollars from 0 to 1000"],
    ['[{"id": "a/b", "price": {"unit": "image", "eur": 1, "usd": 1}}]', 'price has no field "eur"'],
    ['[{"id": "a/b", "price": {"unit": "image", "usd": 1}, "expected_ms": 0}]', "expected_ms must be a whole number"],
    ['[{"id": "a/b", "price": {"unit": "image", "usd": 1}, "image_fields": ["__proto__"]}]', "image_fields must be"],
    ['[{"id": "a/b", "price": {"unit": "image", "usd": 1}, "key": 1}]', 'an extra model has no field "key"'],
  ])("%s", (text, message) => {
    expect(messagesOf(modelsExtraConfig, text)).toEqual([expect.stringContaining(message)]);
  });
});

describe("MODEL_PRICES", () => {
  it("reads a price", () => {
    expect(modelPricesConfig.parse(inpaintPrice)).toEqual({
      "fal-ai/z-image/turbo/inpaint": { unit: "megapixel", unitMicros: 10_000, promptExpansionMicros: 2_500 },
    });
    expect(modelPricesConfig.parse(" ")).toEqual({});
  });

  it.each([
    ["[]", "MODEL_PRICES must be a JSON object from model id to price; got []"],
    ['{"https://evilfal.run/x": {"unit": "image", "usd": 1}}', "MODEL_PRICES must be"],
    ['{"a/b": 1}', "price must be a JSON object"],
  ])("%s", (text, message) => {
    expect(messagesOf(modelPricesConfig, text)).toEqual([expect.stringContaining(message)]);
  });
});

function configure(extra: string, prices: string) {
  return configureModels({ extra: modelsExtraConfig.parse(extra), prices: modelPricesConfig.parse(prices) });
}

describe("configureModels", () => {
  it("changes nothing when nothing is configured", () => {
    expect(configureModels({})).toEqual({ outcome: "configured", models });
  });

  it("adds models and prices the unpriced, and leaves the catalogue as it was", () => {
    const configured = configure(flux, inpaintPrice);
    if (configured.outcome !== "configured") throw new Error(configured.problems.join());
    expect(findModel("fal-ai/flux/dev", configured.models)?.price?.unitMicros).toBe(25_000);
    expect(findModel("fal-ai/z-image/turbo/inpaint", configured.models)?.price?.unitMicros).toBe(10_000);
    expect(findModel("fal-ai/z-image/turbo/tiling", configured.models)?.price).toBeNull();
    expect(findModel("fal-ai/z-image/turbo/inpaint")?.price).toBeNull();
    expect(findModel("fal-ai/flux/dev")).toBeUndefined();
  });

  it.each([
    ["[]", '{"fal-ai/flux/dev": {"unit": "image", "usd": 1}}', "MODEL_PRICES: fal-ai/flux/dev is not a model"],
    ['[{"id": "fal-ai/z-image/turbo", "price": {"unit": "image", "usd": 1}}]', "{}", "comes with Darkroom already"],
    [`[${flux.slice(1, -1)}, ${flux.slice(1, -1)}]`, "{}", "MODELS_EXTRA: fal-ai/flux/dev is there twice"],
  ])("%s with %s", (extra, prices, problem) => {
    expect(configure(extra, prices)).toEqual({ outcome: "invalid", problems: [expect.stringContaining(problem)] });
  });
});

describe("a pass-through model", () => {
  const model = passThroughModel({ id: "fal-ai/flux/dev", price: null, imageFields: ["image_urls"] });

  it.each([
    [{}, true],
    [{ prompt: "a", anything: { nested: [1] } }, true],
    [{ num_images: 16 }, true],
    [{ num_images: 17 }, false],
    [{ num_images: 0 }, false],
    [{ num_images: "4" }, false],
    [{ image_urls: "https://example.com/a.png" }, true],
    [{ image_urls: ["https://example.com/a.png", "file_1"] }, true],
    [{ image_urls: ["ftp://example.com/a.png"] }, false],
    [{ image_urls: 7 }, false],
    [[], false],
    [null, false],
  ])("%j", (input, ok) => {
    expect(parseInput(model, input).outcome).toBe(ok ? "valid" : "invalid");
  });

  it("passes everything on and adds nothing", () => {
    const input = { prompt: "a", steps: 4, image_urls: ["file_1"] };
    expect(parseInput(model, input)).toEqual({ outcome: "valid", input });
  });

  it("has a JSON Schema that is open", () => {
    const schema = z.toJSONSchema(model.input, { io: "input" });
    expect(schema.additionalProperties).toEqual({});
    expect(Object.keys(schema.properties ?? {})).toEqual(["num_images", "image_urls"]);
  });
});
