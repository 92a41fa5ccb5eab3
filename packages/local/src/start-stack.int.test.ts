import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Entries } from "./entries.ts";
import { type Home, openHome } from "./open-home.ts";
import { isAlive } from "./process-identity.ts";
import { type StackPart, startStack } from "./start-stack.ts";

/** The real supervisor, Postgres and S3 server; api, worker, emulator and CLI are stand-ins that answer their health. */
let dir: string;
let home: Home;
let entries: Entries;
const parts: StackPart[] = ["postgres", "object store", "fal emulator", "worker", "api"];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "darkroom-stack-"));
  home = openIn(join(dir, "home"));
  entries = {
    api: script("api", server("process.env.PORT", 'log("api stopped")')),
    worker: script("worker", server("process.env.WORKER_PORT", 'log("worker stopped")')),
    emulator: script("emulator", server("process.argv[process.argv.indexOf('--port') + 1]", 'log("emulator stopped")')),
    cli: script("cli", `log(process.argv.slice(2).join(" ")); console.log('{"key":"dk_test"}');`),
  };
});
afterEach(() => {
  home.close();
  rmSync(dir, { recursive: true });
});

function openIn(folder: string): Home {
  const opened = openHome(folder);
  if (opened.outcome !== "opened") throw new Error(opened.outcome);
  return opened.home;
}

function script(name: string, code: string): string {
  const file = join(dir, `${name}.mjs`);
  const journal = JSON.stringify(join(dir, "journal"));
  const log = `const log = (line) => appendFileSync(${journal}, line + "\\n");`;
  writeFileSync(
    file,
    `import { appendFileSync } from "node:fs"; import { createServer } from "node:http";\n${log}\n${code}`,
  );
  return file;
}

function server(port: string, onStop: string): string {
  return `createServer((request, response) => response.end("ok")).listen(Number(${port}), "127.0.0.1");
    process.on("SIGTERM", () => { ${onStop}; process.exit(0); });`;
}

async function journal(): Promise<string[]> {
  const { readFile } = await import("node:fs/promises");
  return (await readFile(join(dir, "journal"), "utf8")).trim().split("\n");
}

const start = (over = {}) => startStack({ home, env: {}, durable: false, entries, say: () => {}, ...over });

test("everything starts, says where it is, and stops in order with nothing left", async () => {
  const stack = await start();
  const pids = parts.map((part) => stack.pid(part) ?? 0);
  expect(pids.every(isAlive)).toBe(true);
  expect(stack.run).toMatchObject({
    api_key: "dk_test",
    redis_url: null,
    fal_emulator_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    s3: { bucket: "darkroom", access_key_id: "S3RVER" },
    pid: process.pid,
  });
  await stack.stop();
  expect(pids.some(isAlive)).toBe(false);
  expect(await journal()).toEqual([
    "tenant create demo --if-missing --json",
    "key create --tenant demo --json",
    "api stopped",
    "worker stopped",
    "emulator stopped",
  ]);
});

test("a second start of a home keeps its URLs, its data folder and its key", async () => {
  const first = await start();
  await first.stop();
  home.close();
  home = openIn(join(dir, "home"));
  const second = await start();
  expect(second.run).toEqual(first.run);
  await second.stop();
  expect((await journal()).filter((line) => line.startsWith("key create"))).toHaveLength(1);
});

test("an API that crashes is back on the same port", async () => {
  const said: string[] = [];
  const stack = await start({ say: (line: string) => said.push(line) });
  process.kill(stack.pid("api") ?? 0, "SIGKILL");
  await waitFor("the restart", () => said.includes("api is running again"));
  expect((await fetch(stack.run.api_url)).status).toBe(200);
  await stack.stop();
});

test("Postgres comes back after it, or its guard alone, was killed", async () => {
  const said: string[] = [];
  const stack = await start({ say: (line: string) => said.push(line) });
  process.kill(stack.pid("postgres") ?? 0, "SIGKILL");
  await waitFor("the restart", () => said.includes("postgres is running again"));
  await stack.stop();
});

test("when one part cannot start, its words are shown and the others are stopped", async () => {
  entries.worker = script("broken", 'console.error("S3_BUCKET is missing."); process.exit(1);');
  await expect(start()).rejects.toThrow(/worker ended with exit code 1[\s\S]*S3_BUCKET is missing/);
  home.close();
  home = openIn(join(dir, "home"));
  entries.worker = entries.api.replace("api.mjs", "worker.mjs");
  const stack = await start();
  await stack.stop();
});

test("a port that is taken is named", async () => {
  const stack = await start();
  const taken = Number(new URL(stack.run.api_url).port);
  const other = openIn(join(dir, "other"));
  await expect(start({ home: other, apiPort: taken })).rejects.toThrow(`Port ${taken} is taken`);
  other.close();
  await stack.stop();
});

test("a start can be broken off", async () => {
  const signal = AbortSignal.abort(new Error("Stopped by SIGINT."));
  await expect(start({ signal })).rejects.toThrow("Stopped by SIGINT.");
});
