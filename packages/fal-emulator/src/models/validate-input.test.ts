import { describe, expect, it } from "vitest";
import { findModel } from "./models.ts";
import { priceRun } from "./price-run.ts";
import { validateInput } from "./validate-input.ts";

const PROMPT = { prompt: "a lighthouse" };
const SOURCE = { ...PROMPT, image_url: "https://example.com/a.png" };
const MASKED = { ...SOURCE, mask_image_url: "https://example.com/m.png" };

function validate(path: string, body: unknown) {
  const model = findModel(`fal-ai/z-image/${path}`);
  if (!model) throw new Error(`no model ${path}`);
  return validateInput(model, { kind: "json", value: body });
}

function typesOf(path: string, body: unknown): string[] {
  const validation = validate(path, body);
  return validation.outcome === "valid"
    ? []
    : validation.issues.map(({ loc, type }) => `${loc.slice(1).join(".")} ${type}`);
}

describe("validation", () => {
  it.each([
    ["turbo", PROMPT],
    ["turbo/lora", PROMPT],
    ["turbo/image-to-image", SOURCE],
    ["turbo/image-to-image/lora", SOURCE],
    ["turbo/controlnet", SOURCE],
    ["turbo/controlnet/lora", SOURCE],
    ["turbo/inpaint", MASKED],
    ["turbo/inpaint/lora", MASKED],
    ["turbo/tiling", PROMPT],
    ["turbo/tiling/lora", PROMPT],
    ["base", PROMPT],
    ["base/lora", PROMPT],
  ])("%s takes what it needs and ignores what it does not know", (path, body) => {
    expect(typesOf(path, { ...body, webhookUrl: "https://example.com", nonsense: [1] })).toEqual([]);
    expect(typesOf(path, {})).toEqual(Object.keys(body).map((name) => `${name} missing`));
  });

  it.each([
    ["turbo", { prompt: 5 }, "prompt string_type"],
    ["turbo", { prompt: null }, "prompt string_type"],
    ["turbo", { num_images: 0 }, "num_images greater_than_equal"],
    ["turbo", { num_images: 5 }, "num_images less_than_equal"],
    ["turbo", { num_images: 1.5 }, "num_images int_from_float"],
    ["turbo", { num_images: "two" }, "num_images int_parsing"],
    ["turbo", { num_images: [] }, "num_images int_type"],
    ["turbo", { num_images: null }, "num_images int_type"],
    ["turbo", { num_inference_steps: 9 }, "num_inference_steps less_than_equal"],
    ["base", { num_inference_steps: 51 }, "num_inference_steps less_than_equal"],
    ["base", { guidance_scale: 0.5 }, "guidance_scale greater_than_equal"],
    ["base", { guidance_scale: 21 }, "guidance_scale less_than_equal"],
    ["base", { negative_prompt: 3 }, "negative_prompt string_type"],
    ["turbo", { sync_mode: "perhaps" }, "sync_mode bool_parsing"],
    ["turbo", { sync_mode: {} }, "sync_mode bool_type"],
    ["turbo", { output_format: "gif" }, "output_format literal_error"],
    ["turbo", { acceleration: "extreme" }, "acceleration literal_error"],
    ["turbo", { seed: "abc" }, "seed int_parsing"],
    ["turbo", { image_size: "auto" }, "image_size literal_error"],
    ["turbo", { image_size: 512 }, "image_size.ImageSize model_attributes_type"],
    ["turbo", { image_size: { width: 0 } }, "image_size.ImageSize.width greater_than"],
    ["turbo", { image_size: { height: 14_143 } }, "image_size.ImageSize.height less_than_equal"],
    ["turbo/image-to-image", { ...SOURCE, strength: 1.01 }, "strength less_than_equal"],
    ["turbo/image-to-image", { ...SOURCE, strength: -0.01 }, "strength greater_than_equal"],
    ["turbo/image-to-image", { ...SOURCE, strength: "x" }, "strength float_parsing"],
    ["turbo/image-to-image", { ...SOURCE, image_url: null }, "image_url string_type"],
    ["turbo/lora", { loras: "x" }, "loras list_type"],
    ["turbo/lora", { loras: [{}] }, "loras.0.path missing"],
    ["turbo/lora", { loras: [{ path: "x", scale: 5 }] }, "loras.0.scale less_than_equal"],
    ["turbo/lora", { loras: Array(4).fill({ path: "x" }) }, "loras sequence_too_long"],
    ["turbo/controlnet", { ...SOURCE, control_scale: 2 }, "control_scale less_than_equal"],
    ["turbo/controlnet", { ...SOURCE, preprocess: "blur" }, "preprocess literal_error"],
    ["turbo/tiling", { tile_size: 31 }, "tile_size greater_than_equal"],
    ["turbo/tiling", { tile_stride: 129 }, "tile_stride less_than_equal"],
    ["turbo/tiling", { tiling_mode: "diagonal" }, "tiling_mode literal_error"],
  ])("%s refuses %j: %s", (path, wrong, expected) => {
    expect(typesOf(path, { ...PROMPT, ...wrong })).toEqual([expected]);
  });

  it.each([
    ["turbo", { seed: null, num_images: "2", sync_mode: "true", image_size: { width: 640 } }],
    ["turbo/tiling", { image_url: null, image_size: "auto" }],
    ["turbo/image-to-image", { ...SOURCE, strength: 0 }],
  ])("%s takes %j as pydantic would", (path, body) => {
    expect(typesOf(path, { ...PROMPT, ...body })).toEqual([]);
  });

  it("describes each issue the way fal does", () => {
    const validation = validate("turbo", { ...PROMPT, num_images: 9 });
    expect(validation).toEqual({
      outcome: "invalid",
      issues: [
        {
          loc: ["body", "num_images"],
          msg: "Input should be less than or equal to 4",
          type: "less_than_equal",
          url: "https://docs.fal.ai/errors/#less_than_equal",
          ctx: { le: 4 },
          input: 9,
        },
      ],
    });
  });

  it.each([
    ["no body", undefined, "missing"],
    ["a list", [], "model_attributes_type"],
    ["null", null, "model_attributes_type"],
  ])("refuses %s", (_name, body, type) => {
    expect(validate("turbo", body)).toMatchObject({ outcome: "invalid", issues: [{ loc: ["body"], type }] });
  });

  it("fills in the defaults of each model", () => {
    expect(validate("turbo/image-to-image", SOURCE)).toMatchObject({
      input: { size: "auto", imageCount: 1, format: "png", strength: 0.6, seed: null, expandPrompt: false },
    });
    expect(validate("turbo/inpaint", MASKED)).toMatchObject({ input: { strength: 1 } });
    expect(validate("base", PROMPT)).toMatchObject({ input: { size: "landscape_4_3", strength: null } });
  });
});

describe("price", () => {
  const size = { width: 1000, height: 500 };

  it.each([
    ["turbo", 1, false, 2_500],
    ["turbo", 4, false, 10_000],
    ["turbo", 1, true, 5_000],
    ["turbo/lora", 2, false, 8_500],
    ["turbo/controlnet", 2, true, 9_000],
  ])("of %s × %i, expanded %s: %i millionths of a dollar", (path, count, expanded, micros) => {
    const model = findModel(`fal-ai/z-image/${path}`);
    expect(model && priceRun(model, size, count, expanded)).toEqual({ billableUnits: count / 2, billedMicros: micros });
  });
});
