/**
 * `npm run check`, and what CI runs (.ci/run): format, lint, import boundaries, types, unused code, tests. All of it runs even
 * if something fails, so that one look shows everything; the end names what failed.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";
import { finish, runTests } from "./test.mjs";

const quiet = { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
// In CI biome would colour every character of its report on its own.
const colours = process.stdout.isTTY ? [] : ["--colors=off"];
const steps = [
  { name: "format and lint (biome)", script: "@biomejs/biome/bin/biome", args: ["ci", ".", ...colours] },
  { name: "import boundaries (turbo)", script: "turbo/bin/turbo", args: ["boundaries"] },
  { name: "types (tsc)", script: "typescript/bin/tsc", args: ["-p", "tsconfig.json"] },
  { name: "types of the dashboard (tsc)", script: "typescript/bin/tsc", args: ["-p", "apps/dashboard/tsconfig.json"] },
  { name: "unused code (knip)", script: "knip/bin/knip.js", args: ["--no-progress"] },
];

finish(await check());

async function check() {
  try {
    // The build comes with the tests: types and lint can be looked at without.
    await prepare({ build: false });
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const failed = steps.filter((step) => !runStep(step)).map(({ name }) => name);
  const counts = await runTests();
  if (failed.length > 0) process.stdout.write(`Failed, besides tests: ${failed.join(", ")}. See above.\n`);
  return { ...counts, failed: counts.failed + failed.length };
}

function runStep({ name, script, args }) {
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, [join("node_modules", script), ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...quiet },
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stderr.write(`${status === 0 ? "ok    " : "FAILED"}  ${name}, ${seconds} s\n`);
  return status === 0;
}
