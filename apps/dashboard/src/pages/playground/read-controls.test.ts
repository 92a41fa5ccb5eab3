import { findModel, models } from "@darkroom/contract/models/catalogue";
import { expect, test } from "vitest";
import { z } from "zod";
import { missingOf, readControls, toInput } from "./read-controls.ts";

function controlsOf(id: string) {
  const model = findModel(id);
  if (!model) throw new Error(`There is no model ${id}.`);
  return readControls(z.toJSONSchema(model.input, { io: "input" }), model.imageFields);
}

test("every field of every model gets a control of its own kind", () => {
  for (const { id } of models) expect(controlsOf(id).filter(({ kind }) => kind === "json")).toEqual([]);
});

test("ranges, defaults and help come from the schema", () => {
  const controls = controlsOf("fal-ai/z-image/turbo/image-to-image");
  const byName = new Map(controls.map((control) => [control.name, control]));
  expect(byName.get("prompt")).toMatchObject({ kind: "text", isLong: true, isRequired: true });
  expect(byName.get("image_url")).toMatchObject({ kind: "picture", isRequired: true, label: "Image" });
  expect(byName.get("strength")).toMatchObject({ kind: "number", min: 0, max: 1, default: 0.6, hasSlider: true });
  expect(byName.get("num_inference_steps")).toMatchObject({ kind: "number", min: 1, max: 8, isWhole: true });
  expect(byName.get("seed")).toMatchObject({ kind: "number", hasSlider: false, isRequired: false });
  expect(byName.get("output_format")).toMatchObject({ kind: "choice", options: ["jpeg", "png", "webp"] });
  expect(byName.get("enable_safety_checker")).toMatchObject({ kind: "flag", default: true });
  expect(byName.get("image_size")).toMatchObject({ kind: "size", default: "auto", sideMax: 14_142 });
  expect(byName.get("strength")?.help).toContain("0 keeps it");
});

test("a list of LoRAs is a list of small forms", () => {
  const loras = controlsOf("fal-ai/z-image/turbo/lora").find(({ name }) => name === "loras");
  expect(loras).toMatchObject({ kind: "list", max: 3 });
  expect(loras?.kind === "list" && loras.item.map(({ name }) => name)).toEqual(["path", "scale"]);
});

test("only what was set is sent", () => {
  const controls = controlsOf("fal-ai/z-image/turbo");
  const values = { prompt: "a lighthouse", num_images: 1, output_format: "webp", seed: "" };
  expect(toInput(controls, values)).toEqual({ prompt: "a lighthouse", output_format: "webp" });
  expect(missingOf(controls, {})).toEqual(["Prompt"]);
  expect(missingOf(controls, values)).toEqual([]);
});
