import { fileURLToPath } from "node:url";

export type Program = { file: string; args: readonly string[]; uid?: number; gid?: number; stopSignal: NodeJS.Signals };

/** Script and arguments that run a foreign program which stops when we are gone, even after a SIGKILL of ours. */
export function guardProgram(program: Program): { script: string; args: string[]; endsWithParent: true } {
  return {
    script: fileURLToPath(new URL("../bin/guard-program.mjs", import.meta.url)),
    args: [JSON.stringify(program)],
    endsWithParent: true,
  };
}
