/** One process of the local stack, as data: what to run and how to know that it serves. */
export type ChildSpec = {
  name: string;
  /** For Node itself, before the script. */
  nodeOptions?: readonly string[];
  /** A Node script. Foreign programs run under `bin/guard-program.mjs` (see guard-program.ts). */
  script: string;
  args: readonly string[];
  /** The script itself ends when its parent is lost; every other gets `bin/exit-with-parent.mjs`. */
  endsWithParent?: boolean;
  env: Record<string, string>;
  /** Asked again and again until true or `readyTimeoutMs` have passed. Must not throw for "not yet". */
  isReady(): Promise<boolean>;
  readyTimeoutMs: number;
  /** From SIGTERM to SIGKILL. */
  stopTimeoutMs: number;
  /** Runs before every start, also after a crash. */
  beforeStart?(): Promise<void>;
};

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type Child = {
  pid: number;
  exited: Promise<Exit>;
  /** SIGTERM, then SIGKILL after `stopTimeoutMs`. Resolves when the process is gone; may be called twice. */
  stop(): Promise<Exit>;
};

export function describeExit(exit: Exit): string {
  return exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.code}`;
}
