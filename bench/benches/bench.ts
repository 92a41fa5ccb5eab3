import type { Bed } from "../bed.ts";
import type { Row } from "../row.ts";

export type Bench = {
  name: string;
  /** The rows it makes, so that one can be asked for by name. */
  rows: readonly string[];
  /** Where the queue plays no part, once is enough. */
  backends: "each" | "first";
  run(bed: Bed): Promise<Row[]>;
};

/** Runs the sides of a round one after the other; every second round the other way round, so that neither has the better place. */
export async function inTurns<Side extends string, Result>(
  round: number,
  sides: Record<Side, () => Promise<Result>>,
): Promise<Record<Side, Result>> {
  const results: Partial<Record<Side, Result>> = {};
  const names = Object.keys(sides) as Side[];
  for (const name of round % 2 === 0 ? names : names.reverse()) results[name] = await sides[name]();
  return results as Record<Side, Result>;
}
