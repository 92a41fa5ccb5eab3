import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { benchDir } from "../stack/bench-dir.ts";
import { renderRun, renderTable } from "./render-table.ts";
import type { Results } from "./results.ts";

export const pageFile = join(benchDir, "..", "docs", "performance.md");
export const resultsFile = join(benchDir, "results", "latest.json");

const begin = "<!-- npm run bench writes this table -->";
const end = "<!-- end of the table -->";

/** The page with the table of these results between its markers. */
export function withTable(page: string, results: Results): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error("docs/performance.md has lost its markers.");
  const table = `${renderTable(results.rows)}\n\n${renderRun(results)}`;
  return `${page.slice(0, from + begin.length)}\n\n${table}\n\n${page.slice(to)}`;
}

/** As the formatter would have it: short lists on one line. */
export function toJson(results: Results): string {
  return `${JSON.stringify(results, null, 2).replace(/\[\s+([^\s,[\]{}]+),\s+([^\s,[\]{}]+)\s+\]/g, "[$1, $2]")}\n`;
}

/** What is published: the file, and the table made from it. */
export function publish(results: Results): void {
  writeFileSync(resultsFile, toJson(results));
  writeFileSync(pageFile, withTable(readFileSync(pageFile, "utf8"), results));
}
