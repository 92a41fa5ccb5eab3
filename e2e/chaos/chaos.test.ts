import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describeOnRedis } from "@darkroom/testing/redis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makePlace, processesOf } from "../run-program.ts";
import type { Result } from "./report/result.ts";
import { deadlyRules } from "./verdict/violation.ts";

let place: Awaited<ReturnType<typeof makePlace>>;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(() => place.clear());

/** Half a minute of faults; then leases of up to 50 s run out, and a slow machine may take its time. */
const timeoutMs = 480_000;
const script = fileURLToPath(new URL("../../scripts/chaos.mjs", import.meta.url));

async function runChaos(backend: "redis" | "postgres") {
  const certificate = join(place.dir, "certificate.md");
  const order = ["--jobs", "200", "--seconds", "30", "--seed", "7", "--backend", backend, "--certificate", certificate];
  const child = spawn(process.execPath, [script, ...order], {
    env: { PATH: process.env.PATH, TMPDIR: place.dir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close") as Promise<[number | null]>;
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const lines = stdout.trimEnd().split("\n");
  return { result: JSON.parse(lines.at(-1) || "null") as Result | null, exitCode, certificate, stderr };
}

async function expectNothingBroken(backend: "redis" | "postgres") {
  const { result, exitCode, certificate, stderr } = await runChaos(backend);
  expect(result, stderr).toMatchObject({ backend, seed: 7, seconds: 30 });
  const broken = deadlyRules.filter((rule) => result?.[rule] !== 0);
  expect(broken, stderr).toEqual([]);
  expect(exitCode).toBe(0);
  // Every wish is a job, or was refused because its budget is spent: of both there are some.
  expect(result!.jobs_accepted + result!.over_budget).toBe(200);
  expect(result!.over_budget).toBeGreaterThan(0);
  expect(result!.succeeded + result!.failed + result!.canceled).toBe(result!.jobs_accepted);
  expect(result!.succeeded).toBeGreaterThan(100);
  expect(Object.keys(result!.faults).length).toBeGreaterThan(20);
  expect(readFileSync(certificate, "utf8")).toContain("Nothing was lost and nothing was paid for twice");
  // Neither a process nor its home is left.
  expect(processesOf(place.dir)).toEqual([]);
  expect(readdirSync(place.dir)).toEqual(["certificate.md"]);
}

describe("half a minute of chaos loses nothing and pays nothing twice", () => {
  test("queue on Postgres", { timeout: timeoutMs }, () => expectNothingBroken("postgres"));
});

describeOnRedis("half a minute of chaos loses nothing and pays nothing twice, on Redis", () => {
  test("queue on Redis", { timeout: timeoutMs }, () => expectNothingBroken("redis"));
});
