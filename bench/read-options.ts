import { parseArgs } from "node:util";
import type { Backend, Size } from "./bed.ts";

export type ProfiledProcess = "api" | "worker";

export type Options = {
  size: Size;
  backends: readonly Backend[];
  /** Names of benches or of their rows; empty: all. */
  only: readonly string[];
  rounds: number | null;
  profile: ProfiledProcess | null;
  /** Where the results go; null: nowhere, and the page is left as it is. */
  results: string | null;
};

export const usage =
  "npm run bench -- [--quick | --tiny] [--only NAME]… [--backend redis|postgres|both] [--rounds N] [--prof api|worker] [--results FILE]";

/** Reads the command line; throws with a line for a person if it is not understood. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      tiny: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      backend: { type: "string" },
      rounds: { type: "string" },
      prof: { type: "string" },
      results: { type: "string" },
    },
  });
  const size = values.tiny ? "tiny" : values.quick ? "quick" : "full";
  return {
    size,
    backends: readBackends(values.backend, size),
    only: values.only,
    rounds: values.rounds === undefined ? null : readRounds(values.rounds),
    profile: readProfile(values.prof),
    results: values.results ?? null,
  };
}

/** What is published names both; a quick look is at one. */
function readBackends(text: string | undefined, size: Size): readonly Backend[] {
  const wanted = text ?? (size === "full" ? "both" : "redis");
  if (wanted === "both") return ["redis", "postgres"];
  if (wanted === "redis" || wanted === "postgres") return [wanted];
  throw new Error("--backend is redis, postgres or both.");
}

function readRounds(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= 99) return rounds;
  throw new Error("--rounds is a whole number from 1 to 99.");
}

function readProfile(text: string | undefined): ProfiledProcess | null {
  if (text === undefined || text === "api" || text === "worker") return text ?? null;
  throw new Error("--prof is api or worker.");
}
