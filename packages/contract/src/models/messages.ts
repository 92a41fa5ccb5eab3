import type { z } from "zod";

/** What zod hands to an `error` callback. */
type Issue = z.core.$ZodRawIssue;

/** Longest piece of a caller's value repeated in a message; enough to recognise it, too little to flood a log. */
const SENT_CHARS_MAX = 60;

/** The value as it was sent, shortened. Never used for prompts or links: those must not reach a log through a message. */
export function showSent(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SENT_CHARS_MAX ? `${text.slice(0, SENT_CHARS_MAX)}…` : text;
}

/** Says what kind of thing was sent without repeating it: for prompts, links and pictures. */
export function showKind(value: unknown): string {
  if (typeof value === "string") return value === "" ? "an empty text" : `a text, ${value.length} long`;
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

/** Builds the `error` callback of a field: "num_images must be a whole number from 1 to 4; got 9". */
export function mustBe(field: string, expectation: string, show: (value: unknown) => string = showSent) {
  return (issue: Issue): string =>
    issue.input === undefined ? `${field} is required` : `${field} must be ${expectation}; got ${show(issue.input)}`;
}

/** How many unknown fields a message repeats: a body may hold thousands. */
const UNKNOWN_FIELDS_SHOWN_MAX = 5;

function showFields(fields: readonly string[]): string {
  const shown = fields.slice(0, UNKNOWN_FIELDS_SHOWN_MAX).map(showSent).join(", ");
  const hidden = fields.length - UNKNOWN_FIELDS_SHOWN_MAX;
  return hidden > 0 ? `${shown} (and ${hidden} more)` : shown;
}

/** Builds the `error` callback of a strict object: names the unknown fields and the known ones. */
export function onlyFields(subject: string, fields: readonly string[]) {
  return (issue: Issue): string => {
    if (issue.code === "unrecognized_keys") {
      return `${subject} has no field ${showFields(issue.keys)}; it takes ${fields.join(", ")}`;
    }
    if (issue.input === undefined) return `${subject} is required`;
    return `${subject} must be a JSON object; got ${showKind(issue.input)}`;
  };
}
