import { z } from "zod";

/** The parts of JSON Schema that models' inputs are written in. What is not understood is edited as JSON. */
type Schema = {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
};

const inputSchema = z.looseObject({
  properties: z.record(z.string(), z.looseObject({})).default({}),
  required: z.array(z.string()).default([]),
});

type Base = { name: string; label: string; help: string; isRequired: boolean; default: unknown };

export type Control = Base &
  (
    | { kind: "picture" }
    | { kind: "text"; isLong: boolean; charsMax: number | undefined }
    | { kind: "choice"; options: string[] }
    | { kind: "flag" }
    | { kind: "number"; min: number | undefined; max: number | undefined; isWhole: boolean; hasSlider: boolean }
    | { kind: "size"; options: string[]; sideMax: number }
    | { kind: "list"; item: Control[]; max: number }
    | { kind: "json" }
  );

/** A slider where each of its steps can be met with a pointer. */
const sliderStepsMax = 300;

/** The controls of a form for a model's input, as its JSON Schema says. */
export function readControls(jsonSchema: unknown, imageFields: readonly string[]): Control[] {
  const { properties, required } = inputSchema.parse(jsonSchema);
  return Object.entries(properties as Record<string, Schema>).map(([name, schema]) =>
    toControl(name, schema, required.includes(name), imageFields),
  );
}

function toControl(name: string, schema: Schema, isRequired: boolean, imageFields: readonly string[]): Control {
  const base = {
    name,
    label: schema.title ?? toLabel(name),
    help: schema.description ?? "",
    isRequired: isRequired && schema.default === undefined,
    default: schema.default,
  };
  if (imageFields.includes(name)) return { ...base, kind: "picture" };
  return { ...base, ...kindOf(name, schema) } as Control;
}

function kindOf(name: string, schema: Schema): { kind: Control["kind"] } & Record<string, unknown> {
  if (schema.enum) return { kind: "choice", options: schema.enum.map(String) };
  if (schema.anyOf) return sizeOf(schema.anyOf) ?? { kind: "json" };
  if (schema.type === "boolean") return { kind: "flag" };
  if (schema.type === "integer" || schema.type === "number") return numberOf(schema);
  if (schema.type === "string")
    return {
      kind: "text",
      isLong: name.includes("prompt") || (schema.maxLength ?? 0) > 2_000,
      charsMax: schema.maxLength,
    };
  if (schema.type === "array") return listOf(schema) ?? { kind: "json" };
  return { kind: "json" };
}

function numberOf({ type, minimum, maximum }: Schema) {
  const isWhole = type === "integer";
  // JSON Schema names the bounds of safe integers where there are no others.
  const min = isSafeBound(minimum) ? minimum : undefined;
  const max = isSafeBound(maximum) ? maximum : undefined;
  const steps = min === undefined || max === undefined ? Number.POSITIVE_INFINITY : (max - min) / (isWhole ? 1 : 0.05);
  return { kind: "number", min, max, isWhole, hasSlider: steps <= sliderStepsMax } as const;
}

function isSafeBound(bound: number | undefined): bound is number {
  return bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
}

/** A named size, or a width and a height of one's own. */
function sizeOf(choices: readonly Schema[]) {
  const names = choices.find((choice) => choice.enum);
  const own = choices.find((choice) => choice.properties?.width && choice.properties.height);
  if (!names?.enum || !own) return undefined;
  return { kind: "size", options: names.enum.map(String), sideMax: own.properties?.width?.maximum ?? 4_096 } as const;
}

function listOf({ items, maxItems }: Schema) {
  if (!items?.properties) return undefined;
  return { kind: "list", item: readControls(items, []), max: maxItems ?? 10 } as const;
}

function toLabel(name: string): string {
  const words = name
    .replaceAll("_", " ")
    .replace(/\bnum\b/, "number of")
    .replace(/ url$/, "");
  return words.replace(/^./, (first) => first.toUpperCase());
}

/** What is sent: only what was set and is not the default anyway. */
export function toInput(
  controls: readonly Control[],
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const { name, default: usual } of controls) {
    const value = values[name];
    if (value === undefined || value === "" || JSON.stringify(value) === JSON.stringify(usual)) continue;
    input[name] = value;
  }
  return input;
}

/** Labels of what has to be set and is not. */
export function missingOf(controls: readonly Control[], values: Readonly<Record<string, unknown>>): string[] {
  const isMissing = ({ name, isRequired }: Control) =>
    isRequired && (values[name] === undefined || values[name] === "");
  return controls.filter(isMissing).map(({ label }) => label);
}
