import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { models } from "../models/catalogue.ts";
import { imageSizePresets } from "../models/image-size.ts";
import { parseInput } from "../models/parse-input.ts";
import { type ModelPrice, pricePerMegapixel } from "../models/price.ts";
import { ASSUMED_PIXELS_MAX, quoteInput, settleOutput } from "./quote.ts";

const price = pricePerMegapixel(5_000);
const perImage: ModelPrice = { unit: "image", unitMicros: 40_000, promptExpansionMicros: 2_500 };
const perRequest: ModelPrice = { unit: "request", unitMicros: 70_000, promptExpansionMicros: 2_500 };

describe("quoteInput", () => {
  it.each([
    ["square_hd", 1, 5_243],
    ["square", 1, 1_311],
    ["portrait_4_3", 1, 3_933],
    ["portrait_16_9", 1, 2_950],
    ["landscape_4_3", 1, 3_933],
    ["landscape_16_9", 1, 2_950],
    ["square_hd", 4, 20_972],
    [{ width: 1000, height: 1600 }, 1, 8_064],
    [{ width: 16, height: 16 }, 1, 2],
  ])("%j × %d costs %d micros at 5,000 per megapixel", (image_size, num_images, micros) => {
    expect(quoteInput({ price, input: { image_size, num_images } }).micros).toBe(micros);
  });

  it("shows how it was reckoned", () => {
    const input = { image_size: "square_hd", num_images: 2, enable_prompt_expansion: true };
    expect(quoteInput({ price, input })).toEqual({
      micros: 12_986,
      megapixels: 2.097152,
      exact: true,
      lines: [
        { label: "Images", quantity: 2.097152, unit: "megapixel", unitMicros: 5_000, micros: 10_486 },
        { label: "Prompt expansion", quantity: 1, unit: "request", unitMicros: 2_500, micros: 2_500 },
      ],
    });
  });

  it("takes auto from the picture, rounded up to the steps of the model", () => {
    const input = { image_size: "auto", image_url: "file_1", num_images: 1 };
    expect(quoteInput({ price, input, source: { width: 992, height: 1728 } })).toMatchObject({
      megapixels: 1.714176,
      exact: false,
    });
    expect(quoteInput({ price, input, source: { width: 991, height: 1713 } }).megapixels).toBe(1.714176);
    expect(quoteInput({ price, input, source: { width: 6000, height: 4000 } }).megapixels).toBeGreaterThanOrEqual(24);
  });

  it("assumes 4 megapixels for auto with a picture nobody has seen", () => {
    const input = { image_size: "auto", image_url: "https://example.com/a.png", num_images: 2 };
    expect(quoteInput({ price, input })).toMatchObject({ megapixels: 8.388608, exact: false, micros: 41_944 });
  });

  it("knows that auto without a picture is 1024 × 1024", () => {
    expect(quoteInput({ price, input: { image_size: "auto" } })).toMatchObject({ megapixels: 1.048576, exact: true });
  });

  it("says of a size off the model's steps that it is an upper bound", () => {
    expect(quoteInput({ price, input: { image_size: { width: 1000, height: 1000 } } }).exact).toBe(false);
    expect(quoteInput({ price, input: { image_size: { width: 1008, height: 1008 } } }).exact).toBe(true);
  });

  it("multiplies a price per image, and charges a price per request once", () => {
    const input = { image_size: "auto", image_url: "file_1", num_images: 3 };
    expect(quoteInput({ price: perImage, input })).toMatchObject({ micros: 120_000, exact: true });
    expect(quoteInput({ price: perRequest, input })).toMatchObject({ micros: 70_000, exact: true });
  });

  it.each([[undefined], ["auto_2K"], [7], [{ width: -100, height: 100 }], [{ width: "x" }], ["constructor"]])(
    "assumes the most for the size %j of a pass-through model",
    (image_size) => {
      expect(quoteInput({ price, input: { image_size } })).toMatchObject({
        megapixels: ASSUMED_PIXELS_MAX / 1e6,
        exact: false,
      });
    },
  );
});

describe("settleOutput", () => {
  const image = { width: 992, height: 1728 };

  it("charges the pictures that were made", () => {
    expect(settleOutput({ price, input: {}, images: [image] })).toEqual({
      micros: 8_571,
      megapixels: 1.714176,
      exact: true,
      lines: [{ label: "Images", quantity: 1.714176, unit: "megapixel", unitMicros: 5_000, micros: 8_571 }],
    });
    const input = { enable_prompt_expansion: true };
    expect(settleOutput({ price, input, images: [image, image] }).micros).toBe(17_142 + 2_500);
    expect(settleOutput({ price: perImage, input: {}, images: [image, image] }).micros).toBe(80_000);
    expect(settleOutput({ price: perRequest, input: {}, images: [image, image] }).micros).toBe(70_000);
  });

  it("charges nothing when nothing was made", () => {
    const input = { enable_prompt_expansion: true };
    for (const free of [price, perImage, perRequest]) {
      expect(settleOutput({ price: free, input, images: [] })).toMatchObject({ micros: 0, lines: [] });
    }
  });

  it("prefers fal's own count, which covers the whole request", () => {
    const input = { enable_prompt_expansion: true };
    expect(settleOutput({ price, input, images: [image], billableUnits: 0.457 })).toEqual({
      micros: 2_285,
      megapixels: 1.714176,
      exact: true,
      lines: [{ label: "Units billed by fal", quantity: 0.457, unit: "megapixel", unitMicros: 5_000, micros: 2_285 }],
    });
    expect(settleOutput({ price, input, images: [image], billableUnits: 0 }).micros).toBe(0);
  });

  it.each([[Number.NaN], [-1], [Number.POSITIVE_INFINITY], [null], [undefined]])(
    "does without a count of %j",
    (billableUnits) => {
      expect(settleOutput({ price, input: {}, images: [image], billableUnits }).micros).toBe(8_571);
    },
  );

  it("does not apply fal's count to an operator's tariff", () => {
    expect(settleOutput({ price: perRequest, input: {}, images: [image], billableUnits: 8 }).micros).toBe(70_000);
  });
});

const prices = fc.constantFrom(
  ...models.flatMap((model) => (model.price ? [model.price] : [])),
  perImage,
  perRequest,
  pricePerMegapixel(0),
  pricePerMegapixel(1),
);
const side = fc.integer({ min: 1, max: 2048 });
const sizes = fc.oneof(
  fc.constantFrom(...(Object.keys(imageSizePresets) as (keyof typeof imageSizePresets)[])),
  fc.record({ width: side, height: side }),
);
const inputs = fc.record({
  prompt: fc.constant("a"),
  image_size: sizes,
  num_images: fc.integer({ min: 1, max: 4 }),
  enable_prompt_expansion: fc.boolean(),
});

const pixelsOf = (size: keyof typeof imageSizePresets | { width: number; height: number }) =>
  typeof size === "string" ? imageSizePresets[size] : size;

describe("for any request", () => {
  it("a reservation covers the settlement, and both are whole and the sum of their lines", () => {
    fc.assert(
      fc.property(prices, inputs, fc.integer({ min: 0, max: 4 }), (anyPrice, input, made) => {
        const images = Array.from({ length: Math.min(made, input.num_images) }, () => pixelsOf(input.image_size));
        const reserved = quoteInput({ price: anyPrice, input });
        const settled = settleOutput({ price: anyPrice, input, images });
        expect(reserved.micros).toBeGreaterThanOrEqual(settled.micros);
        for (const charge of [reserved, settled]) {
          expect(Number.isSafeInteger(charge.micros)).toBe(true);
          expect(charge.lines.reduce((sum, line) => sum + line.micros, 0)).toBe(charge.micros);
        }
      }),
    );
  });

  it("an exact quote is the settlement", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const quote = quoteInput({ price, input });
        fc.pre(quote.exact);
        const images = Array.from({ length: input.num_images }, () => pixelsOf(input.image_size));
        expect(settleOutput({ price, input, images })).toEqual(quote);
      }),
    );
  });

  it("more pictures or more pixels never cost less", () => {
    fc.assert(
      fc.property(prices, fc.integer({ min: 1, max: 3 }), side, side, (anyPrice, num_images, width, height) => {
        const micros = (images: number, wide: number) =>
          quoteInput({ price: anyPrice, input: { num_images: images, image_size: { width: wide, height } } }).micros;
        expect(micros(num_images + 1, width)).toBeGreaterThanOrEqual(micros(num_images, width));
        expect(micros(num_images, width + 1)).toBeGreaterThanOrEqual(micros(num_images, width));
      }),
    );
  });

  it("rounds up by less than one micro-dollar", () => {
    fc.assert(
      fc.property(side, side, fc.integer({ min: 0, max: 1_000_000 }), (width, height, unitMicros) => {
        const { micros } = settleOutput({
          price: pricePerMegapixel(unitMicros),
          input: {},
          images: [{ width, height }],
        });
        const product = BigInt(width * height) * BigInt(unitMicros);
        expect(BigInt(micros) * 1_000_000n - product).toBeGreaterThanOrEqual(0n);
        expect(BigInt(micros) * 1_000_000n - product).toBeLessThan(1_000_000n);
      }),
    );
  });
});

describe("every priced model", () => {
  it.each(models.filter((model) => model.price))("$id can be quoted from its parsed example", (model) => {
    const parsed = parseInput(model, model.example);
    if (parsed.outcome === "invalid" || !model.price) throw new Error("the example does not parse");
    expect(quoteInput({ price: model.price, input: parsed.input }).micros).toBeGreaterThan(0);
  });
});
