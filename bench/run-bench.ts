import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRedis } from "@darkroom/testing/start-redis";
import type { Backend, Bed } from "./bed.ts";
import { benches } from "./benches/all.ts";
import type { Bench } from "./benches/bench.ts";
import type { Options } from "./read-options.ts";
import { describeRun, type Results } from "./report/results.ts";
import type { Row } from "./row.ts";
import { createProfiler } from "./stack/profiler.ts";
import { startServers } from "./stack/start-servers.ts";

/** Two of a quick run see both orders of the sides. */
const usualRounds = { tiny: 1, quick: 2, full: 5 };

/** Runs the chosen benches on each backend, on servers of its own, and answers their rows. */
export async function runBench(options: Options, say: (line: string) => void): Promise<Results> {
  const backends = options.backends.filter((backend) => isThere(backend, say));
  const chosen = benches.filter((bench) => isWanted(options, [bench.name, ...bench.rows]));
  if (chosen.length === 0) throw new Error(`--only names none of: ${benches.map(({ name }) => name).join(", ")}.`);
  const rows: Row[] = [];
  let run: Pick<Results, "machine" | "versions"> | undefined;
  for (const backend of backends) {
    const due = chosen.filter((bench) => bench.backends === "each" || backend === backends[0]);
    const done = await onServers(options, backend, say, async (bed) => {
      run ??= await describeRun(bed, backends);
      return runAll(bed, due);
    });
    const named = done.map((row) => (backends.length > 1 ? { ...row, name: `${row.name}@${backend}` } : row));
    rows.push(...named.filter(({ name }) => isWantedRow(options, name, chosen)));
  }
  if (!run) throw new Error("There is no backend to run on.");
  const backend = backends.length > 1 ? "both" : (backends[0] as Backend);
  return { ...run, backend, date: new Date().toISOString(), rows };
}

function isThere(backend: Backend, say: (line: string) => void): boolean {
  if (backend === "postgres" || findRedis()) return true;
  say("redis-server is not installed: nothing was run on Redis");
  return false;
}

function isWanted({ only }: Options, names: readonly string[]): boolean {
  return only.length === 0 || only.some((name) => names.includes(withoutBackend(name)));
}

/** All rows of a bench that was named; of another, those that were. */
function isWantedRow(options: Options, name: string, chosen: readonly Bench[]): boolean {
  const row = withoutBackend(name);
  const bench = chosen.find(({ rows }) => rows.includes(row));
  return isWanted(options, [row, ...(bench ? [bench.name] : [])]);
}

function withoutBackend(name: string): string {
  return name.replace(/@(redis|postgres)$/, "");
}

async function onServers<Value>(
  options: Options,
  backend: Backend,
  say: (line: string) => void,
  act: (bed: Bed) => Promise<Value>,
): Promise<Value> {
  const dir = await mkdtemp(join(tmpdir(), "darkroom-bench-"));
  let failed = true;
  try {
    const servers = await startServers({ dir, backend });
    try {
      const profiler = createProfiler(options.profile, say);
      const rounds = options.rounds ?? usualRounds[options.size];
      const value = await act({ backend, size: options.size, rounds, servers, profiler, say });
      failed = false;
      return value;
    } finally {
      await servers.stop();
    }
  } finally {
    if (failed) say(`logs: ${join(dir, "logs")}`);
    else await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function runAll(bed: Bed, due: readonly Bench[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const bench of due) {
    bed.say(`${bench.name} on ${bed.backend} …`);
    rows.push(...(await bench.run(bed)));
    await bed.servers.stopSides();
    await bed.servers.clear();
  }
  return rows;
}
