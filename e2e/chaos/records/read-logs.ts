import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

type Line = { level?: string; msg?: string; kind?: string; route?: string; err?: { type?: string; message?: string } };

/**
 * What our processes call errors, counted by what was said and why. Not a record to judge by: but a surprise that nobody
 * expected is worth a look, even where everything ended well.
 */
export function readLogs(dir: string): Record<string, number> {
  const counts: Record<string, number> = {};
  const files = readdirSync(dir).filter((name) => /^(api|worker)-\d\.log(\.1)?$/.test(name));
  for (const file of files) {
    for (const text of readFileSync(join(dir, file), "utf8").split("\n")) {
      const said = describe(file, text);
      if (said) counts[said] = (counts[said] ?? 0) + 1;
    }
  }
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a));
}

const reasonCharsMax = 160;

function describe(file: string, text: string): string | null {
  const line = parse(text);
  if (line?.level !== "error" || !line.err) return null;
  const { err, kind, msg, route } = line;
  // The last line of a database error is the one that says why.
  const reason = err.message?.trim().split("\n").at(-1)?.slice(-reasonCharsMax);
  return [file.slice(0, file.indexOf("-")), msg, kind ?? route, err.type, reason].filter(Boolean).join(": ");
}

function parse(text: string): Line | null {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
}
