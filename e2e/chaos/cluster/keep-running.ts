import { setTimeout as pause } from "node:timers/promises";
import { type Child, describeExit, type Exit } from "@darkroom/local/child";

/** A process that is started again whenever it ends, as a supervisor would. */
export type Kept = {
  name: string;
  /** Undefined while it is down. */
  pid(): number | undefined;
  /** Signals the process itself; false if it is down. `downMs`: how long it stays down then. */
  kill(signal: NodeJS.Signals, downMs?: number): boolean;
  isUp(): boolean;
  stop(): Promise<Exit | undefined>;
};

const usualPauseMs = 300;
const failedPauseMs = 1_000;

export async function keepRunning(
  name: string,
  start: () => Promise<Child>,
  options: { say(line: string): void; findPid?(child: Child): number | undefined },
): Promise<Kept> {
  let child: Child | undefined = await start();
  let stopping = false;
  let nextPauseMs = usualPauseMs;

  const startAgain = async (): Promise<Child | undefined> => {
    for (let pauseMs = nextPauseMs; !stopping; pauseMs = failedPauseMs) {
      await pause(pauseMs);
      if (stopping) return undefined;
      const started = await start().catch((error: Error) => error);
      if (!(started instanceof Error)) return started;
      options.say(`${name} did not start: ${started.message.split("\n").slice(0, 4).join(" | ")}`);
    }
    return undefined;
  };
  const keep = async () => {
    while (child) {
      const exit = await child.exited;
      child = undefined;
      if (stopping) return;
      options.say(`${name} ${describeExit(exit)}`);
      nextPauseMs ||= usualPauseMs;
      child = await startAgain();
      nextPauseMs = usualPauseMs;
      if (child) options.say(`${name} is up again`);
      if (stopping) await child?.stop();
    }
  };
  const kept = keep();
  const pidOf = () => child && (options.findPid ? options.findPid(child) : child.pid);
  return {
    name,
    pid: pidOf,
    isUp: () => child !== undefined,
    kill: (signal, downMs = usualPauseMs) => {
      const pid = pidOf();
      if (!pid) return false;
      nextPauseMs = downMs;
      return sendSignal(pid, signal);
    },
    stop: async () => {
      stopping = true;
      const exit = await child?.stop();
      await kept;
      return exit;
    },
  };
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
