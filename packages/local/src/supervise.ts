import { setTimeout as pause } from "node:timers/promises";
import { type Child, type ChildSpec, describeExit } from "./child.ts";
import type { LogFile } from "./open-log.ts";
import { startChild } from "./start-child.ts";

const firstPauseMs = 500;
/** Long enough to spare the machine, short enough that whoever mends the cause need not restart the stack. */
const pauseMaxMs = 15_000;
/** A child that ran this long was well: its next crash is a new one. */
const wellAfterMs = 60_000;

export type Supervised = {
  name: string;
  /** Of the process that runs now. */
  pid(): number;
  /** Ends it and keeps it ended. */
  stop(): Promise<void>;
};

/** Starts a child and keeps it running: after a crash it is started again, with growing pauses, and `say` reports both. */
export async function supervise(
  spec: ChildSpec,
  log: LogFile,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Supervised> {
  let child = await startChild(spec, log, signal);
  const stopping = new AbortController();

  const keepRunning = async () => {
    for (let crashes = 0; ; crashes += 1) {
      const startedAt = performance.now();
      const exit = await child.exited;
      if (stopping.signal.aborted) return;
      if (performance.now() - startedAt > wellAfterMs) crashes = 0;
      const pauseMs = pauseAfter(crashes);
      say(`${spec.name} ${describeExit(exit)}; starting it again in ${pauseMs / 1000} s (log: ${log.path})`);
      const next = await restart(spec, log, pauseMs, stopping.signal, say);
      if (!next) return;
      child = next;
      if (stopping.signal.aborted) return void (await child.stop());
      say(`${spec.name} is running again`);
    }
  };
  const kept = keepRunning();
  return {
    name: spec.name,
    pid: () => child.pid,
    async stop() {
      stopping.abort();
      await child.stop();
      await kept;
    },
  };
}

export function pauseAfter(crashes: number): number {
  return Math.min(firstPauseMs * 2 ** crashes, pauseMaxMs);
}

/** Tries until it runs or `signal` says stop; undefined then. */
async function restart(
  spec: ChildSpec,
  log: LogFile,
  pauseMs: number,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Child | undefined> {
  for (let nextPauseMs = pauseMs; ; nextPauseMs = Math.min(nextPauseMs * 2, pauseMaxMs)) {
    await pause(nextPauseMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return undefined;
    try {
      return await startChild(spec, log, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      say(`${(error as Error).message}\n${spec.name} could not be started; trying again`);
    }
  }
}
