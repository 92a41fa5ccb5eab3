/**
 * `npm test [-- vitest arguments]`: every test there is, with all its set-up. The last line on stdout is
 * `N passed, N failed`, with `, N skipped` when there are some.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { getPrograms } from "./get-programs.mjs";
import { prepare, root, Unprepared } from "./prepare.mjs";

/** Runs the tests and answers their counts, having shown the report. `failed` counts what kept tests from running, too. */
export async function runTests(args = []) {
  try {
    await prepare();
  } catch (error) {
    if (!(error instanceof Unprepared)) throw error;
    process.stderr.write(`${error.message}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const notRun = getPrograms();
  const counts = runVitest(args);
  for (const line of notRun) process.stdout.write(`${line}\n`);
  return counts;
}

function runVitest(args) {
  const dir = mkdtempSync(join(tmpdir(), "darkroom-report-"));
  const file = join(dir, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const vitest = [join("node_modules", "vitest", "vitest.mjs"), "run", ...reporters, ...args];
  const { status, signal } = spawnSync(process.execPath, vitest, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const counts = countReport(readReport(file));
  rmSync(dir, { recursive: true, force: true });
  if (status === 0 || counts.failed > 0) return counts;
  process.stdout.write(`vitest itself failed (${signal ?? `exit code ${status}`}); see above.\n`);
  return { ...counts, failed: 1 };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** From vitest's JSON report. A file that could not even be loaded has no tests: it counts as one failure. */
export function countReport(report) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report?.testResults ?? []) {
    const failedBefore = counts.failed;
    for (const { status } of file.assertionResults) counts[countedAs(status)] += 1;
    if (file.status === "failed" && counts.failed === failedBefore) counts.failed += 1;
  }
  return counts;
}

function countedAs(status) {
  return status === "passed" || status === "failed" ? status : "skipped";
}

/** @param {{ passed: number, failed: number, skipped: number }} counts */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** The summary is the last line, whatever was written before. */
export function finish(counts) {
  process.stdout.write(`${summaryLine(counts)}\n`);
  process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) finish(await runTests(process.argv.slice(2)));
