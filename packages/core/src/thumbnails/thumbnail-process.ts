import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Makes small pictures in a process of its own, which is started when needed, replaced when it fails, and ended when idle. */
export type ThumbnailProcess = {
  /** A webp of at most 320 pixels a side; null if these bytes are no picture that can be decoded, or too hard a one. */
  make(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer> | null>;
  close(): void;
};

const program = fileURLToPath(new URL("../../bin/make-thumbnails.mjs", import.meta.url));
/** A 4K picture takes a quarter of a second; what takes this long never ends. */
const timeoutMs = 15_000;
const idleMs = 60_000;

type Answer = { id: number; webp: Uint8Array<ArrayBuffer> | null };
type Pending = Map<number, (webp: Uint8Array<ArrayBuffer> | null) => void>;

export function createThumbnailProcess(): ThumbnailProcess {
  let running: { child: ChildProcess; pending: Pending } | null = null;
  let idleTimer: NodeJS.Timeout | undefined;
  let ids = 0;

  const stop = () => {
    clearTimeout(idleTimer);
    running?.child.kill("SIGKILL");
    running = null;
  };
  const start = () => {
    const started = startProcess(() => {
      if (running === started) running = null;
    });
    return started;
  };
  return {
    make: (bytes) => {
      clearTimeout(idleTimer);
      running ??= start();
      const { child, pending } = running;
      ids += 1;
      const id = ids;
      return new Promise((resolve) => {
        const timer = setTimeout(stop, timeoutMs);
        pending.set(id, (webp) => {
          clearTimeout(timer);
          pending.delete(id);
          if (pending.size === 0) idleTimer = setTimeout(stop, idleMs).unref();
          resolve(webp);
        });
        child.send({ id, bytes });
      });
    },
    close: stop,
  };
}

/** However it ends, whoever waits for it is answered: what crashes a decoder is no picture. */
function startProcess(onEnd: () => void): { child: ChildProcess; pending: Pending } {
  const pending: Pending = new Map();
  const child = fork(program, [], {
    serialization: "advanced",
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const end = () => {
    onEnd();
    for (const answer of [...pending.values()]) answer(null);
  };
  child.on("message", (message) => {
    const { id, webp } = message as Answer;
    pending.get(id)?.(webp);
  });
  child.on("error", end);
  child.once("exit", end);
  // It must not keep a process alive that has nothing else to do.
  child.unref();
  child.channel?.unref();
  return { child, pending };
}
