import { parseArgs } from "node:util";
import type { Backend } from "./plan/plan-faults.ts";

export type Options = {
  jobs: number;
  seconds: number;
  seed: number;
  backend: Backend;
  certificate: string | null;
  /** Keeps the temporary home with logs and records. */
  keep: boolean;
  verbose: boolean;
};

export const usage =
  "npm run chaos -- [--jobs 2000] [--seconds 120] [--seed 7] [--backend redis|postgres] [--certificate FILE] [--keep] [--verbose]";

/** Reads the command line; throws with a line for a person if it is not understood. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      jobs: { type: "string", default: "2000" },
      seconds: { type: "string", default: "120" },
      seed: { type: "string", default: "7" },
      backend: { type: "string", default: "redis" },
      certificate: { type: "string" },
      keep: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
    },
  });
  const { backend } = values;
  if (backend !== "redis" && backend !== "postgres") throw new Error("--backend is redis or postgres.");
  return {
    backend,
    jobs: readWhole("jobs", values.jobs, 1, 1_000_000),
    seconds: readWhole("seconds", values.seconds, 5, 86_400),
    seed: readWhole("seed", values.seed, 0, 2 ** 31),
    certificate: values.certificate ?? null,
    keep: values.keep,
    verbose: values.verbose,
  };
}

function readWhole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`--${name} is a whole number from ${min} to ${max}.`);
}
