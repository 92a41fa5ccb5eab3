import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { type Child, type ChildSpec, describeExit, type Exit } from "./child.ts";
import type { LogFile } from "./open-log.ts";

const exitWithParentUrl = new URL("../bin/exit-with-parent.mjs", import.meta.url).href;
/** Short next to a process' own start (≥ 40 ms), long enough to cost nothing. */
const readyPollMs = 50;

/** Starts one child and resolves when it is ready. Throws, with the end of its log, if it ends or is late; or on `signal`. */
export async function startChild(spec: ChildSpec, log: LogFile, signal?: AbortSignal): Promise<Child> {
  await spec.beforeStart?.();
  const child = spawnChild(spec, log);
  const startedAt = performance.now();
  let gone: Exit | undefined;
  void child.exited.then((exit) => {
    gone = exit;
  });
  while (!gone) {
    if (await spec.isReady()) return child;
    const isLate = performance.now() - startedAt > spec.readyTimeoutMs;
    if (isLate || signal?.aborted) {
      await child.stop();
      signal?.throwIfAborted();
      throw new Error(`${spec.name} was not ready after ${spec.readyTimeoutMs / 1000} s.${quote(log)}`);
    }
    await pause(readyPollMs);
  }
  throw new Error(`${spec.name} ${describeExit(gone)} before it was ready.${quote(log)}`);
}

function spawnChild(spec: ChildSpec, log: LogFile): Child {
  const child = spawn(process.execPath, nodeArgs(spec), {
    env: spec.env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A process group of its own: Ctrl-C in the terminal reaches the supervisor alone, which stops all in order.
    detached: true,
  });
  child.stdout?.on("data", log.write);
  child.stderr?.on("data", log.write);
  // A child that sends messages nobody reads must not fill the channel.
  child.on("message", () => {});
  const exited = watchExit(child, log);
  return { pid: child.pid ?? -1, exited, stop: () => stopChild(child, exited, spec.stopTimeoutMs) };
}

/** The command line after `node`. */
export function nodeArgs(spec: Pick<ChildSpec, "nodeOptions" | "script" | "args" | "endsWithParent">): string[] {
  const preload = spec.endsWithParent ? [] : ["--import", exitWithParentUrl];
  return ["--enable-source-maps", ...(spec.nodeOptions ?? []), ...preload, spec.script, ...spec.args];
}

function watchExit(child: ChildProcess, log: LogFile): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", (error) => {
      log.write(`${error.message}\n`);
      if (child.pid === undefined) resolve({ code: 127, signal: null });
    });
  });
}

async function stopChild(child: ChildProcess, exited: Promise<Exit>, timeoutMs: number): Promise<Exit> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => killGroup(child), timeoutMs);
  const exit = await exited;
  clearTimeout(timer);
  // The last lines are still in the pipes.
  await Promise.all([child.stdout, child.stderr].map((pipe) => pipe && !pipe.destroyed && closed(pipe)));
  return exit;
}

/** A grandchild may hold the pipe for longer than we care to wait. */
async function closed(pipe: NodeJS.ReadableStream): Promise<void> {
  await Promise.race([once(pipe, "close"), pause(1_000, undefined, { ref: false })]);
}

/** The whole group, so that a guard does not leave its program behind. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid) process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

function quote(log: LogFile): string {
  const lines = log.tail();
  return lines.length === 0 ? "" : ` Its last lines (${log.path}):\n${lines.map((line) => `    ${line}`).join("\n")}`;
}
