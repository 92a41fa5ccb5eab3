import type { Context } from "@darkroom/core/context";
import { rollUpUsage } from "@darkroom/core/spend/roll-up-usage";

/** Counts all ended jobs that are not in the kept sums yet, batch by batch. */
export async function rollUp(context: Context): Promise<void> {
  while ((await rollUpUsage(context.db)) > 0);
}
