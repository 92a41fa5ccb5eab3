import { type Issue, issue } from "./issue.ts";

export type FieldReading = { outcome: "read"; value: unknown } | { outcome: "refused"; issues: Issue[] };

export function read(value: unknown): FieldReading {
  return { outcome: "read", value };
}

export function refused(...issues: Issue[]): FieldReading {
  return { outcome: "refused", issues };
}

export function readText(loc: Issue["loc"], value: unknown): FieldReading {
  if (typeof value === "string") return read(value);
  return refused(issue(loc, "string_type", "Input should be a valid string", value));
}

type Range = { min?: number; max?: number; above?: number };

export function readInteger(loc: Issue["loc"], range: Range, value: unknown): FieldReading {
  const number = asNumber(value);
  if (number === undefined) {
    const [type, msg] =
      typeof value === "string"
        ? ["int_parsing", "Input should be a valid integer, unable to parse string as an integer"]
        : ["int_type", "Input should be a valid integer"];
    return refused(issue(loc, type, msg, value));
  }
  if (!Number.isInteger(number)) {
    const msg = "Input should be a valid integer, got a number with a fractional part";
    return refused(issue(loc, "int_from_float", msg, value));
  }
  return withinRange(loc, range, number, value);
}

export function readNumber(loc: Issue["loc"], range: Range, value: unknown): FieldReading {
  const number = asNumber(value);
  if (number !== undefined) return withinRange(loc, range, number, value);
  const [type, msg] =
    typeof value === "string"
      ? ["float_parsing", "Input should be a valid number, unable to parse string as a number"]
      : ["float_type", "Input should be a valid number"];
  return refused(issue(loc, type, msg, value));
}

function asNumber(value: unknown): number | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" && value.trim() === "") return undefined;
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function withinRange(loc: Issue["loc"], range: Range, number: number, input: unknown): FieldReading {
  const { min, max, above } = range;
  if (above !== undefined && number <= above) {
    return refused(issue(loc, "greater_than", `Input should be greater than ${above}`, input, { gt: above }));
  }
  if (min !== undefined && number < min) {
    const msg = `Input should be greater than or equal to ${min}`;
    return refused(issue(loc, "greater_than_equal", msg, input, { ge: min }));
  }
  if (max !== undefined && number > max) {
    return refused(issue(loc, "less_than_equal", `Input should be less than or equal to ${max}`, input, { le: max }));
  }
  return read(number);
}

const TRUE_WORDS = ["true", "1", "yes", "on", "t", "y"];
const FALSE_WORDS = ["false", "0", "no", "off", "f", "n"];

export function readFlag(loc: Issue["loc"], value: unknown): FieldReading {
  if (typeof value === "boolean") return read(value);
  const word = String(value).toLowerCase();
  const isWord = typeof value === "string" || typeof value === "number";
  if (isWord && TRUE_WORDS.includes(word)) return read(true);
  if (isWord && FALSE_WORDS.includes(word)) return read(false);
  const [type, msg] = isWord
    ? ["bool_parsing", "Input should be a valid boolean, unable to interpret input"]
    : ["bool_type", "Input should be a valid boolean"];
  return refused(issue(loc, type, msg, value));
}

export function readChoice(loc: Issue["loc"], of: readonly string[], value: unknown): FieldReading {
  if (typeof value === "string" && of.includes(value)) return read(value);
  const quoted = of.map((option) => `'${option}'`);
  const expected = `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
  return refused(issue(loc, "literal_error", `Input should be ${expected}`, value, { expected }));
}
