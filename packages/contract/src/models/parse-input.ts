import type { z } from "zod";
import type { Model } from "./model.ts";

export type InputError = {
  /** Where it is wrong, e.g. `image_size.width` or `loras.0.scale`; empty when the input as a whole is. */
  field: string;
  /** Names the field, what it may be, and what was sent. */
  message: string;
  /** Kind of error in zod's words, e.g. too_big, invalid_value, unrecognized_keys. */
  code: string;
};

export type ParsedInput =
  | { outcome: "valid"; input: Record<string, unknown> }
  | { outcome: "invalid"; errors: InputError[] };

/** A body may be wrong in thousands of places; the first few are enough to mend it. */
const ERRORS_MAX = 20;

function errorsOf(issue: z.core.$ZodIssue): InputError[] {
  const path = issue.path.map(String);
  if (issue.code !== "unrecognized_keys") return [{ field: path.join("."), message: issue.message, code: issue.code }];
  const { code, message } = issue;
  return issue.keys.slice(0, ERRORS_MAX).map((key) => ({ field: [...path, key].join("."), message, code }));
}

/** Checks a job's input against its model and fills in the defaults; nothing has been spent yet. */
export function parseInput(model: Model, input: unknown): ParsedInput {
  const parsed = model.input.safeParse(input);
  if (parsed.success) return { outcome: "valid", input: parsed.data };
  return {
    outcome: "invalid",
    errors: parsed.error.issues.slice(0, ERRORS_MAX).flatMap(errorsOf).slice(0, ERRORS_MAX),
  };
}
