declare global {
  interface String {
    /** In Node 20; TypeScript's own library has it from es2024 on. */
    isWellFormed(): boolean;
  }
}

/** A value that the database would not take, and why. */
export type Unstorable = { path: (string | number)[]; reason: string };

/** Deeper than any real input, far below what recursion can take. */
const depthMax = 64;

/**
 * Looks for what JSON allows and Postgres does not: NUL in texts (PostgreSQL: character types), halves of surrogate pairs, and
 * nesting without end. Found here it is the caller's mistake; found later it would be a surprise of ours.
 */
export function findUnstorable(value: unknown, depth = 0): Unstorable | null {
  if (typeof value === "string") return isText(value) ? null : { path: [], reason: notText };
  if (typeof value !== "object" || value === null) return null;
  if (depth >= depthMax) return { path: [], reason: `must not be nested deeper than ${depthMax} levels` };
  for (const [key, item] of entriesOf(value)) {
    if (typeof key === "string" && !isText(key)) return { path: [], reason: `has a field whose name ${notText}` };
    const found = findUnstorable(item, depth + 1);
    // The path is put together on the way back: bodies have many values and hardly ever a wrong one.
    if (found) return { ...found, path: [key, ...found.path] };
  }
  return null;
}

const notText = "must not contain the character U+0000 or half a surrogate pair";

function isText(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

function entriesOf(value: object): Iterable<[string | number, unknown]> {
  return Array.isArray(value) ? value.entries() : Object.entries(value);
}
