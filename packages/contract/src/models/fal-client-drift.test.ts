import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { models } from "./catalogue.ts";

/*
 * Compares our schemas with the types that @fal-ai/client publishes, so that an upgrade of the client shows what fal
 * changed. The types carry names, optionality and (in comments) defaults, but no ranges.
 */
const path = new URL("../../../../node_modules/@fal-ai/client/src/types/endpoints.d.ts", import.meta.url);
const source = readFileSync(path, "utf8");

/** Defaults that the types have wrong: `base` is there an alias of OvisImageInput, whose guidance default is 5. */
const knownWrongDefaults = new Set(["fal-ai/z-image/base guidance_scale"]);

function find(pattern: RegExp): string {
  const match = pattern.exec(source)?.[1];
  if (match === undefined) throw new Error(`not found in endpoints.d.ts: ${pattern}`);
  return match;
}

/** The body of a type, through aliases. */
function bodyOf(type: string): string {
  const definition = find(new RegExp(`^export type ${type} = (\\{$[\\s\\S]*?^\\}|\\w+);`, "m"));
  return definition.startsWith("{") ? definition : bodyOf(definition);
}

type FalField = { name: string; optional: boolean; fallback: string | undefined };

function fieldsOf(type: string): FalField[] {
  const member = /^ {4}(?:\/\*\*([\s\S]*?)\*\/\s+)?(\w+)(\??): /gm;
  return [...bodyOf(type).matchAll(member)].map(([, comment, name, mark]) => ({
    name: name ?? "",
    optional: mark === "?",
    fallback: /Default value: `(.+?)`/.exec(comment ?? "")?.[1]?.replaceAll('"', ""),
  }));
}

const endpoints = [...source.matchAll(/^ {4}"(fal-ai\/z-image\/[^"]+)": \{\s+input: (\w+);/gm)].map(
  ([, id = "", type = ""]) => ({ id, type }),
);

describe("the published types of @fal-ai/client", () => {
  it("name the same z-image endpoints", () => {
    expect(models.map((model) => model.id).sort()).toEqual(endpoints.map(({ id }) => id).sort());
  });

  it.each(endpoints)("$id has the same fields, required fields and defaults", ({ id, type }) => {
    const model = models.find((candidate) => candidate.id === id);
    const shape = model?.input.shape ?? {};
    const fields = fieldsOf(type);
    expect(Object.keys(shape).sort()).toEqual(fields.map(({ name }) => name).sort());
    for (const { name, optional, fallback } of fields) {
      const ours = shape[name]?.safeParse(undefined);
      expect(ours?.success, name).toBe(optional);
      if (fallback === undefined || knownWrongDefaults.has(`${id} ${name}`)) continue;
      expect(String(ours?.data), name).toBe(fallback);
    }
  });

  it("describe a LoRA and a size by the same fields", () => {
    expect(fieldsOf("LoRAInput").map(({ name }) => name)).toEqual(["path", "scale"]);
    expect(fieldsOf("ImageSize").map(({ name }) => name)).toEqual(["height", "width"]);
  });
});
