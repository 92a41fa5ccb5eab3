import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { findChromium } from "@darkroom/testing/browser";
import { findRedis } from "@darkroom/testing/start-redis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makePlace, processesOf } from "../e2e/run-program.ts";
import { benches } from "./benches/all.ts";
import type { Results } from "./report/results.ts";

let place: Awaited<ReturnType<typeof makePlace>>;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(() => place.clear());

/** A dozen stacks start and stop, on a machine that may be busy; no figure is judged. */
const timeoutMs = 900_000;
const script = fileURLToPath(new URL("../scripts/bench.mjs", import.meta.url));

async function runTiny(backend: "redis" | "postgres"): Promise<{ results: Results; stderr: string }> {
  const file = join(place.dir, "results.json");
  const child = spawn(process.execPath, [script, "--tiny", "--backend", backend, "--results", file], {
    env: { PATH: process.env.PATH, TMPDIR: place.dir },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, "close")]);
  expect(exitCode, stderr).toBe(0);
  return { results: JSON.parse(readFileSync(file, "utf8")) as Results, stderr };
}

test("every bench still runs, and every row has a figure", { timeout: timeoutMs }, async () => {
  const backend = findRedis() ? "redis" : "postgres";
  const { results, stderr } = await runTiny(backend);
  const due = benches
    .filter(({ name }) => !stderr.includes(`${name}: this build has none`))
    .flatMap(({ rows }) => rows);
  const isDue = (name: string) =>
    (backend === "redis" || !name.startsWith("redis-")) && (findChromium() !== undefined || !name.startsWith("page-"));
  const expected = due.filter(isDue);
  expect(results.rows.map(({ name }) => name)).toEqual(expected);
  for (const row of results.rows) {
    expect(Number.isFinite(row.ours), row.name).toBe(true);
    expect(row.peer_name === null || Number.isFinite(row.peer), row.name).toBe(true);
    expect(row.spread.every(Number.isFinite), row.name).toBe(true);
    expect(row.target === null ? row.met === null : typeof row.met === "boolean", row.name).toBe(true);
  }
  expect(results).toMatchObject({
    backend,
    machine: { cores: expect.any(Number) },
    versions: { node: expect.any(String) },
  });
  // Neither a process nor its home is left.
  expect(processesOf(place.dir)).toEqual([]);
});
