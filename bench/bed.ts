import type { Profiler } from "./stack/profiler.ts";
import type { Servers } from "./stack/start-servers.ts";

export type Backend = "redis" | "postgres";
/** `tiny` only shows that a bench still runs; `quick` gives figures in minutes, `full` those that are published. */
export type Size = "tiny" | "quick" | "full";

/** What a bench works on: running servers, how much to do, and how often. */
export type Bed = {
  backend: Backend;
  size: Size;
  rounds: number;
  servers: Servers;
  profiler: Profiler;
  say(line: string): void;
};

export function sized<Value>(bed: Pick<Bed, "size">, sizes: Record<Size, Value>): Value {
  return sizes[bed.size];
}
