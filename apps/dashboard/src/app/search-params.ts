import { toSearch } from "../api/call-api.ts";

/** Plain query strings instead of the router's JSON: `?status=failed&status=canceled`. */
export function parseSearch(text: string): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = values[name];
    values[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return values;
}

export function stringifySearch(search: Record<string, unknown>): string {
  return toSearch(search as Record<string, string>);
}
