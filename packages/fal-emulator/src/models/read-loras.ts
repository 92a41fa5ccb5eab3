import { type Issue, issue } from "./issue.ts";
import { type FieldReading, read, readNumber, readText, refused } from "./read-scalars.ts";

const SCALE_RANGE = { min: 0, max: 4 };

/** A list of `{path, scale}`. The weights are never loaded: a LoRA changes nothing but the seed of the picture. */
export function readLoras(loc: Issue["loc"], countMax: number, value: unknown): FieldReading {
  if (!Array.isArray(value)) return refused(issue(loc, "list_type", "Input should be a valid list", value));
  if (value.length > countMax) {
    const msg = `List should have at most ${countMax} items after validation, not ${value.length}`;
    return refused(issue(loc, "sequence_too_long", msg, value, { max_length: countMax }));
  }
  const issues = value.flatMap((entry, index) => checkLora([...loc, index], entry));
  return issues.length > 0 ? refused(...issues) : read(value);
}

function checkLora(loc: Issue["loc"], entry: unknown): Issue[] {
  if (typeof entry !== "object" || entry === null) {
    return [issue(loc, "model_attributes_type", "Input should be a valid dictionary", entry)];
  }
  const { path, scale = 1 } = entry as Record<string, unknown>;
  if (path === undefined) return [issue([...loc, "path"], "missing", "Field required", entry)];
  return [readText([...loc, "path"], path), readNumber([...loc, "scale"], SCALE_RANGE, scale)].flatMap((reading) =>
    reading.outcome === "refused" ? reading.issues : [],
  );
}
