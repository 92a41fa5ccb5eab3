import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Names a run's processes: it is in their environment or on their command line. */
const markName = "DARKROOM_TEST_MARK";

export type Run = {
  pid: number;
  /** Lines of stdout so far. */
  lines(): string[];
  /** Resolves with the exit code, or the signal's name. */
  ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
};

/** A folder that is gone after the test, with everything that still runs in it. */
export async function makePlace(): Promise<{ dir: string; clear(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "darkroom-e2e-"));
  const clear = async () => {
    for (const pid of processesOf(dir)) process.kill(pid, "SIGKILL");
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  return { dir, clear };
}

/** Starts a built entry of packages/local with `dir` as its working and temporary folder. */
export function runProgram(entry: "demo" | "start", dir: string, env: Record<string, string> = {}): Run {
  const file = fileURLToPath(new URL(`../packages/local/dist/${entry}.js`, import.meta.url));
  const child = spawn(process.execPath, [file], {
    cwd: dir,
    env: { PATH: process.env.PATH, TMPDIR: dir, [markName]: dir, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collect(child);
  const ended = new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal ?? -1));
  });
  return {
    pid: child.pid ?? -1,
    lines: () => output().trimEnd().split("\n"),
    ended,
    kill: (signal) => void child.kill(signal),
  };
}

function collect(child: ChildProcess): () => string {
  let text = "";
  for (const pipe of [child.stdout, child.stderr])
    pipe?.on("data", (chunk) => {
      text += chunk;
    });
  return () => text;
}

/** Every process that belongs to a place, with its command line; from /proc, so on Linux only. */
export function processesOf(dir: string, named = ""): number[] {
  const pids = readdirSync("/proc").map(Number).filter(Boolean);
  return pids.filter((pid) => {
    const command = read(`/proc/${pid}/cmdline`);
    return (
      command.includes(named) && (command.includes(dir) || read(`/proc/${pid}/environ`).includes(`${markName}=${dir}`))
    );
  });
}

/** Empty for a process that is gone or a zombie. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
