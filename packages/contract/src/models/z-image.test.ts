import { describe, expect, it } from "vitest";
import { z } from "zod";
import { findModel, models } from "./catalogue.ts";
import type { Model } from "./model.ts";
import { parseInput } from "./parse-input.ts";

/*
 * The family as fal's pages describe it, written down a second time and apart from the schemas:
 * numbers are [min, max, default], W marks whole numbers; the rest is [allowed values, default].
 */
type NumberRow = { min: number; max: number; fallback: number | undefined; whole: boolean };
type Row = NumberRow | { values: readonly unknown[]; fallback: unknown };

const whole = (min: number, max: number, fallback?: number): Row => ({ min, max, fallback, whole: true });
const real = (min: number, max: number, fallback: number): Row => ({ min, max, fallback, whole: false });
const values = (allowed: readonly unknown[], fallback: unknown): Row => ({ values: allowed, fallback });

const presets = ["square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"];
const presetsAndAuto = [...presets, "auto"];

const common: Record<string, Row> = {
  num_images: whole(1, 4, 1),
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  sync_mode: values([true, false], false),
  enable_safety_checker: values([true, false], true),
  output_format: values(["jpeg", "png", "webp"], "png"),
  acceleration: values(["none", "regular", "high"], "regular"),
};
const base: Record<string, Row> = {
  ...common,
  image_size: values(presets, "landscape_4_3"),
  num_inference_steps: whole(1, 50, 28),
  guidance_scale: real(1, 20, 4),
  negative_prompt: values(["", "people"], ""),
};
const turbo: Record<string, Row> = {
  ...common,
  num_inference_steps: whole(1, 8, 8),
  enable_prompt_expansion: values([true, false], false),
};
const text = { ...turbo, image_size: values(presets, "landscape_4_3") };
const edit = { ...turbo, image_size: values(presetsAndAuto, "auto"), strength: real(0, 1, 0.6) };
const control = { control_scale: real(0, 1, 0.75), control_start: real(0, 1, 0), control_end: real(0, 1, 0.8) };
const guided = {
  ...turbo,
  ...control,
  image_size: values(presetsAndAuto, "auto"),
  preprocess: values(["none", "canny", "depth", "pose"], "none"),
};
const inpaint = { ...turbo, ...control, image_size: values(presetsAndAuto, "auto"), strength: real(0, 1, 1) };
const tiling = {
  ...turbo,
  image_size: values(presetsAndAuto, "square_hd"),
  strength: real(0, 1, 0.6),
  tile_size: whole(32, 256, 128),
  tile_stride: whole(16, 128, 64),
  tiling_mode: values(["both", "horizontal", "vertical"], "both"),
};

type Expected = { rows: Record<string, Row>; images: string[]; required: string[]; micros: number | null };

const family: Record<string, Expected> = {
  base: { rows: base, images: [], required: [], micros: 5_000 },
  "base/lora": { rows: base, images: [], required: [], micros: 8_500 },
  turbo: { rows: text, images: [], required: [], micros: 5_000 },
  "turbo/lora": { rows: text, images: [], required: [], micros: 8_500 },
  "turbo/image-to-image": { rows: edit, images: ["image_url"], required: ["image_url"], micros: 5_000 },
  "turbo/image-to-image/lora": { rows: edit, images: ["image_url"], required: ["image_url"], micros: 8_500 },
  "turbo/controlnet": { rows: guided, images: ["image_url"], required: ["image_url"], micros: 6_500 },
  "turbo/controlnet/lora": { rows: guided, images: ["image_url"], required: ["image_url"], micros: 6_500 },
  "turbo/inpaint": {
    rows: inpaint,
    images: ["image_url", "mask_image_url"],
    required: ["image_url", "mask_image_url"],
    micros: null,
  },
  "turbo/inpaint/lora": {
    rows: inpaint,
    images: ["image_url", "mask_image_url"],
    required: ["image_url", "mask_image_url"],
    micros: null,
  },
  "turbo/tiling": { rows: tiling, images: ["image_url", "mask_image_url"], required: [], micros: null },
  "turbo/tiling/lora": { rows: tiling, images: ["image_url", "mask_image_url"], required: [], micros: null },
};

const cases = Object.entries(family).map(([name, expected]) => ({ id: `fal-ai/z-image/${name}`, ...expected }));

function modelOf(id: string): Model {
  const model = findModel(id);
  if (!model) throw new Error(`${id} is missing`);
  return model;
}

/** The least that is accepted, with `fields` on top. */
function inputFor(required: string[], fields: Record<string, unknown> = {}) {
  return {
    prompt: "A lighthouse",
    ...Object.fromEntries(required.map((name) => [name, "https://example.com/a.png"])),
    ...fields,
  };
}

function messagesOf(model: Model, input: unknown): { field: string; message: string }[] {
  const parsed = parseInput(model, input);
  return parsed.outcome === "invalid" ? parsed.errors.map(({ field, message }) => ({ field, message })) : [];
}

const isNumberRow = (row: Row): row is NumberRow => "min" in row;

const numberCases = cases.flatMap(({ id, rows, required }) =>
  Object.entries(rows).flatMap(([field, row]) => (isNumberRow(row) ? [{ id, required, field, row }] : [])),
);
const valueCases = cases.flatMap(({ id, rows, required }) =>
  Object.entries(rows).flatMap(([field, row]) => (isNumberRow(row) ? [] : [{ id, required, field, row }])),
);

describe("the z-image family", () => {
  it("is complete and nothing else", () => {
    expect(models.map((model) => model.id).sort()).toEqual(cases.map(({ id }) => id).sort());
  });

  it.each(cases)("$id has the fields, picture fields and price of fal's page", ({ id, rows, images, micros }) => {
    const model = modelOf(id);
    const loras = id.endsWith("/lora") ? ["loras"] : [];
    expect(Object.keys(model.input.shape).sort()).toEqual(["prompt", ...Object.keys(rows), ...images, ...loras].sort());
    expect(model.imageFields).toEqual(images);
    expect(model.price?.unitMicros ?? null).toBe(micros);
    expect(model.price?.promptExpansionMicros ?? 2_500).toBe(2_500);
    expect(model.category).toBe(images.length > 0 && !id.includes("tiling") ? "image-to-image" : "text-to-image");
    expect(model.docsUrl).toBe(`https://fal.ai/models/${id}`);
    expect(model.expectedMs).toBeGreaterThan(0);
  });

  it.each(cases)("$id fills in fal's defaults, acceleration among them", ({ id, rows, required }) => {
    const defaults = Object.entries(rows).flatMap(([field, row]) =>
      row.fallback === undefined ? [] : [[field, row.fallback]],
    );
    const loras = id.endsWith("/lora") ? { loras: [] } : {};
    expect(parseInput(modelOf(id), inputFor(required))).toEqual({
      outcome: "valid",
      input: { ...inputFor(required), ...Object.fromEntries(defaults), ...loras },
    });
  });

  it.each(cases)("$id accepts its own example", ({ id }) => {
    expect(messagesOf(modelOf(id), modelOf(id).example)).toEqual([]);
  });

  it.each(cases)("$id wants a prompt and its pictures", ({ id, required }) => {
    for (const field of ["prompt", ...required]) {
      const input = inputFor(required, { [field]: undefined });
      expect(messagesOf(modelOf(id), input)).toEqual([{ field, message: `${field} is required` }]);
    }
  });

  it.each(cases)("$id refuses an unknown field and names it", ({ id, required }) => {
    const [error, ...rest] = messagesOf(modelOf(id), inputFor(required, { negativ_prompt: "x" }));
    expect(rest).toEqual([]);
    expect(error?.field).toBe("negativ_prompt");
    expect(error?.message).toContain(`${id} has no field "negativ_prompt"; it takes prompt, `);
  });
});

describe("number fields", () => {
  it.each(numberCases)("$id $field takes exactly its range", ({ id, required, field, row }) => {
    const accepts = (value: unknown) => messagesOf(modelOf(id), inputFor(required, { [field]: value })).length === 0;
    const step = row.whole ? 1 : 0.001;
    expect([row.min, row.max, row.min + step].map(accepts)).toEqual([true, true, true]);
    expect([row.min - step, row.max + 1, String(row.min), null, true].map(accepts)).toEqual(Array(5).fill(false));
    expect(accepts(row.min + 0.5)).toBe(!row.whole);
  });

  it.each(numberCases)("$id $field says field, range and what was sent", ({ id, required, field, row }) => {
    const kind = row.whole ? "a whole number" : "a number";
    const message = (sent: string) => ({
      field,
      message: `${field} must be ${kind} from ${row.min} to ${row.max}; got ${sent}`,
    });
    const sent = row.min - 1;
    expect(messagesOf(modelOf(id), inputFor(required, { [field]: sent }))).toEqual([message(String(sent))]);
    expect(messagesOf(modelOf(id), inputFor(required, { [field]: "many" }))).toEqual([message('"many"')]);
  });
});

describe("fields of a few values", () => {
  it.each(valueCases)("$id $field takes its values and no others", ({ id, required, field, row }) => {
    const errors = (value: unknown) => messagesOf(modelOf(id), inputFor(required, { [field]: value }));
    for (const value of row.values) expect(errors(value)).toEqual([]);
    for (const value of [7, null, ["png"]]) {
      expect(errors(value)).toEqual([{ field, message: expect.stringContaining(`${field} must be `) }]);
    }
  });

  it.each(cases)("$id knows auto only with a picture", ({ id, rows, required }) => {
    const row = rows.image_size;
    if (!row || isNumberRow(row)) throw new Error("no image_size");
    const errors = messagesOf(modelOf(id), inputFor(required, { image_size: "auto" }));
    expect(errors.length === 0).toBe(row.values.includes("auto"));
  });

  it("names what was sent and what would do", () => {
    const model = modelOf("fal-ai/z-image/turbo");
    expect(messagesOf(model, inputFor([], { acceleration: "fast" }))).toEqual([
      { field: "acceleration", message: 'acceleration must be one of none, regular, high; got "fast"' },
    ]);
    expect(messagesOf(model, inputFor([], { image_size: "auto" }))[0]?.message).toBe(
      "image_size must be one of square_hd, square, portrait_4_3, portrait_16_9, landscape_4_3, landscape_16_9 or " +
        '{width, height}, each a whole number from 1 to 14142; got "auto"',
    );
  });
});

describe("tiling", () => {
  it("refuses a mask without a picture", () => {
    const input = inputFor([], { mask_image_url: "https://example.com/mask.png" });
    expect(messagesOf(modelOf("fal-ai/z-image/turbo/tiling"), input)).toEqual([
      { field: "image_url", message: "image_url is required when mask_image_url is given" },
    ]);
    expect(
      messagesOf(modelOf("fal-ai/z-image/turbo/tiling"), { ...input, image_url: "file_01J00000000000000000000000" }),
    ).toEqual([]);
  });
});

describe("JSON Schema", () => {
  it.each(cases)("$id shows fields, defaults and ranges", ({ id, rows, required }) => {
    const schema = z.toJSONSchema(modelOf(id).input, { io: "input" });
    const properties = schema.properties as Record<string, Record<string, unknown>>;
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toEqual(expect.arrayContaining(["prompt", ...required]));
    expect(schema.required).toHaveLength(1 + required.length);
    for (const [field, row] of Object.entries(rows)) {
      expect(properties[field]?.default, field).toEqual(row.fallback);
      if (isNumberRow(row)) expect(properties[field]).toMatchObject({ minimum: row.min, maximum: row.max });
    }
    for (const [field, property] of Object.entries(properties)) expect(property.description, field).toBeTruthy();
  });
});
