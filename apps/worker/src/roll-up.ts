import type { Context } from "@darkroom/core/context";
import { rollUpUsage } from "@darkroom/core/spend/roll-up-usage";
import { rollUpReservations } from "@darkroom/core/stats/roll-up-reservations";

/** Counts all ended jobs, and the ledger's new entries, that are not in the kept sums yet, batch by batch. */
export async function rollUp(context: Context): Promise<void> {
  while ((await rollUpUsage(context.db)) > 0);
  while (await rollUpReservations(context.db));
}
