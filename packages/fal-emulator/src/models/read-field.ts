import type { Field } from "./fields.ts";
import type { Issue } from "./issue.ts";
import { readLoras } from "./read-loras.ts";
import { type FieldReading, read, readChoice, readFlag, readInteger, readNumber, readText } from "./read-scalars.ts";
import { readSize } from "./read-size.ts";

/** Reads one given value as pydantic's lax mode would: "5" is an integer, 5.5 is not. */
export function readField(loc: Issue["loc"], field: Field, value: unknown): FieldReading {
  switch (field.kind) {
    case "text":
      return readText(loc, value);
    case "file":
      return value === null && !field.required ? read(null) : readText(loc, value);
    case "integer":
      return value === null && field.fallback === null ? read(null) : readInteger(loc, field, value);
    case "number":
      return readNumber(loc, field, value);
    case "flag":
      return readFlag(loc, value);
    case "choice":
      return readChoice(loc, field.of, value);
    case "size":
      return readSize(loc, field.presets, value);
    case "loras":
      return readLoras(loc, field.countMax, value);
  }
}
