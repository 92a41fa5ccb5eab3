import { writeFileSync } from "node:fs";
import { type Options, readOptions, usage } from "./read-options.ts";
import { renderRun, renderTable } from "./report/render-table.ts";
import type { Results } from "./report/results.ts";
import { publish, toJson } from "./report/write-page.ts";
import { runBench } from "./run-bench.ts";

/** `npm run bench`: progress on stderr, the table on stdout. Exit code 0 whatever the figures say: they are for people to judge. */
const startedAt = performance.now();

function say(line: string): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6);
  process.stderr.write(`${seconds} s  ${line}\n`);
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const results = await runBench(options, say);
  process.stdout.write(`${renderTable(results.rows)}\n\n${renderRun(results)}\n`);
  write(options, results);
  return 0;
}

/** A part of the table, or a tiny or profiled run, must not take the place of the whole. */
function write({ results: file, only, size, profile }: Options, results: Results): void {
  if (file) writeFileSync(file, toJson(results));
  else if (only.length === 0 && size !== "tiny" && !profile) publish(results);
  else say("not written to bench/results/latest.json: only a whole run is");
}

process.exitCode = await main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\nUsage: ${usage}\n`);
  // Servers and processes have been stopped; a connection that a broken bench left open must not keep us.
  process.exit(2);
});
