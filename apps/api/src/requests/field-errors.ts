import type { InputError } from "@darkroom/contract/models/parse-input";
import type { FieldError } from "@darkroom/contract/problems";
import type { z } from "zod";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** What is wrong with a body, each with its place as a JSON pointer. */
export function bodyErrors(issues: readonly Issue[], body: unknown): FieldError[] {
  return issues.flatMap((issue) => placesOf(issue).map((path) => fieldError(jsonPointer(path), path, issue, body)));
}

/** What is wrong with the path, query or headers: `query/limit`. */
export function partErrors(part: "path" | "query" | "header", issues: readonly Issue[], given: unknown): FieldError[] {
  return issues.flatMap((issue) =>
    placesOf(issue).map((path) => fieldError([part, ...path.map(String)].join("/"), path, issue, given)),
  );
}

/** What a model says of a job's `input`; `under` is where in the body that is. */
export function inputErrors(errors: readonly InputError[], under: Path): FieldError[] {
  return errors.map(({ field, message, code }) => ({
    pointer: jsonPointer([...under, ...(field === "" ? [] : field.split("."))]),
    message: field === "" ? `input: ${message}` : message,
    code,
  }));
}

/** RFC 6901. */
export function jsonPointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Unknown keys are each an error of their own, at their own place; a body may have thousands. */
const unknownKeysMax = 20;

function placesOf(issue: Issue): Path[] {
  if (issue.code !== "unrecognized_keys") return [issue.path];
  return issue.keys.slice(0, unknownKeysMax).map((key) => [...issue.path, key]);
}

function fieldError(pointer: string, path: Path, issue: Issue, whole: unknown): FieldError {
  const value = valueAt(whole, path);
  const received = shortScalar(path, value);
  const name = path.length > 0 ? path.map(String).join(".") : "the body";
  const sent = value === undefined ? "" : `; got ${received === undefined ? kindOf(value) : JSON.stringify(received)}`;
  const message =
    value === undefined && issue.code === "invalid_type" ? `${name} is required` : `${name} ${rule(issue)}${sent}`;
  return { pointer, message, code: issue.code, ...(received === undefined ? {} : { received }) };
}

/** What would be right, in words. */
function rule(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${kindNames[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `must be at least ${amount(issue.minimum, issue.origin)}`;
    case "too_big":
      return `must be at most ${amount(issue.maximum, issue.origin)}`;
    case "unrecognized_keys":
      return "is not a field here";
    case "invalid_format":
      return formatRules[issue.format] ?? lowerFirst(issue.message);
    default:
      return lowerFirst(issue.message);
  }
}

const kindNames: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};

const formatRules: Record<string, string> = { datetime: "must be a time like 2026-01-31T12:00:00Z" };

function amount(bound: number | bigint, origin: string): string {
  if (origin === "string") return `${bound} characters long`;
  return origin === "array" ? `${bound} long` : String(bound);
}

/** Zod's own words, made to follow a name. */
function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** Enough to recognise what one sent. */
const receivedCharsMax = 60;
/** The tenant's own words and pictures are never repeated: they would reach logs and bug reports. */
const privateFields = new Set<PropertyKey>(["input", "metadata", "authorization"]);

function shortScalar(path: Path, value: unknown): string | number | boolean | null | undefined {
  if (path.some((part) => privateFields.has(part))) return undefined;
  if (typeof value === "string") return value.length <= receivedCharsMax ? value : undefined;
  return value === null || typeof value === "number" || typeof value === "boolean" ? value : undefined;
}

function kindOf(value: unknown): string {
  if (typeof value === "string") return `a text, ${value.length} long`;
  if (value === null) return "null";
  return Array.isArray(value) ? `a list of ${value.length}` : `a ${typeof value}`;
}

function valueAt(whole: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    return (value as Record<PropertyKey, unknown>)[part];
  }, whole);
}
