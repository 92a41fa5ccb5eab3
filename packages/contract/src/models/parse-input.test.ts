import { describe, expect, it } from "vitest";
import { models } from "./catalogue.ts";
import { parseInput } from "./parse-input.ts";

const [model] = models;
if (!model) throw new Error("no models");

function errorsOf(input: unknown) {
  const parsed = parseInput(model as NonNullable<typeof model>, input);
  return parsed.outcome === "invalid" ? parsed.errors : [];
}

describe("parseInput", () => {
  it.each([[null], [undefined], ["a lighthouse"], [["a"]]])("refuses %j, which is no object", (input) => {
    expect(errorsOf(input)).toHaveLength(1);
    expect(errorsOf(input)[0]?.field).toBe("");
  });

  it("lists every wrong field at once", () => {
    const errors = errorsOf({ num_images: 9, image_size: { width: 0, height: 0 }, colour: "red", depth: 3 });
    expect(errors.map((error) => error.field).sort()).toEqual(
      ["colour", "depth", "image_size.height", "image_size.width", "num_images", "prompt"].sort(),
    );
  });

  it("answers a body of a thousand unknown fields briefly", () => {
    const unknown = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`field_${index}`, index]));
    const errors = errorsOf({ prompt: "a", ...unknown });
    expect(errors).toHaveLength(20);
    expect(errors[0]?.message).toContain("(and 995 more)");
  });

  it("leaves what it was given alone", () => {
    const input = { prompt: "a", image_size: { width: 64, height: 64 } };
    parseInput(model, input);
    expect(input).toEqual({ prompt: "a", image_size: { width: 64, height: 64 } });
  });
});
