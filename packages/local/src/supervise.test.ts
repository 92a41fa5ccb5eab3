import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChildSpec } from "./child.ts";
import { guardProgram } from "./guard-program.ts";
import { openLog } from "./open-log.ts";
import { isAlive } from "./process-identity.ts";
import { nodeArgs, startChild } from "./start-child.ts";
import { pauseAfter, supervise } from "./supervise.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "darkroom-supervise-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A child that writes its pid to a file when it serves, and runs until it is told to stop. */
function child(code: string, over: Partial<ChildSpec> = {}): ChildSpec {
  const script = join(dir, "child.mjs");
  writeFileSync(script, `import { writeFileSync } from "node:fs";\n${code}`);
  return {
    name: "child",
    script,
    args: [],
    env: {},
    isReady: async () => pidIn("pid") !== undefined,
    readyTimeoutMs: 20_000,
    stopTimeoutMs: 10_000,
    ...over,
  };
}

const serve = (file: string) => `
  writeFileSync(${JSON.stringify(join(dir, file))}, String(process.pid));
  setInterval(() => {}, 1000);
`;

function pidIn(file: string): number | undefined {
  try {
    return Number(readFileSync(join(dir, file), "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

const log = () => openLog(join(dir, "child.log"));

test("a child that crashes is started again, and both are said", async () => {
  const said: string[] = [];
  const supervised = await supervise(child(serve("pid")), log(), (line) => said.push(line));
  const first = supervised.pid();
  process.kill(first, "SIGKILL");
  await waitFor("the restart", () => supervised.pid() !== first && isAlive(supervised.pid()));
  await waitFor("the line", () => said.includes("child is running again"));
  expect(said[0]).toContain("child was ended by SIGKILL; starting it again in 0.5 s");
  await supervised.stop();
  expect(isAlive(supervised.pid())).toBe(false);
});

test("a stop while a restart is due ends both", async () => {
  const said: string[] = [];
  const supervised = await supervise(child(serve("pid")), log(), (line) => said.push(line));
  process.kill(supervised.pid(), "SIGKILL");
  await waitFor("the crash", () => said.length > 0);
  await supervised.stop();
  expect(said).toHaveLength(1);
});

test("the pauses grow to a bound", () => {
  expect([0, 1, 2, 3, 10].map(pauseAfter)).toEqual([500, 1_000, 2_000, 4_000, 15_000]);
});

test("a child that ends before it is ready is reported with its last words", async () => {
  const failing = child(`console.error("PORT is wrong. Use a number."); process.exit(3);`);
  await expect(startChild(failing, log())).rejects.toThrow(/child ended with exit code 3[\s\S]*PORT is wrong/);
});

test("a child that is not ready in time is stopped", async () => {
  const never = child(serve("pid"), { isReady: async () => false, readyTimeoutMs: 0 });
  await expect(startChild(never, log())).rejects.toThrow("child was not ready");
});

test("a child that ignores SIGTERM is killed", async () => {
  const stubborn = child(`process.on("SIGTERM", () => {});${serve("pid")}`, { stopTimeoutMs: 100 });
  const running = await startChild(stubborn, log());
  expect(await running.stop()).toEqual({ code: null, signal: "SIGKILL" });
});

test("when the supervisor is killed, its children end: Node programs and guarded ones", async () => {
  const foreign = join(dir, "foreign.mjs");
  writeFileSync(foreign, `import { writeFileSync } from "node:fs";${serve("foreign")}`);
  const guard = guardProgram({ file: process.execPath, args: [foreign], stopSignal: "SIGINT" });
  const supervisor = join(dir, "supervisor.mjs");
  const commands = [child(serve("node")), guard].map(nodeArgs);
  writeFileSync(
    supervisor,
    `import { spawn } from "node:child_process";
     const stdio = ["ignore", "ignore", "ignore", "ipc"];
     for (const args of ${JSON.stringify(commands)}) spawn(process.execPath, args, { stdio, detached: true });`,
  );
  const parent = spawn(process.execPath, [supervisor], { stdio: "ignore" });
  const pids = await waitFor("both children", () => {
    const found = [pidIn("node"), pidIn("foreign")];
    return found.every((pid) => pid !== undefined) && found;
  });
  parent.kill("SIGKILL");
  await waitFor("their end", () => !pids.some((pid) => isAlive(pid as number)));
});
