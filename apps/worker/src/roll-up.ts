import type { Context } from "@darkroom/core/context";
import { rollUpUsage } from "@darkroom/core/spend/roll-up-usage";
import { rollUpDeliveries } from "@darkroom/core/stats/roll-up-deliveries";
import { rollUpReservations } from "@darkroom/core/stats/roll-up-reservations";

/** Counts all ended jobs, the ledger's new entries and arrived deliveries that are not in the kept sums yet, batch by batch. */
export async function rollUp(context: Context): Promise<void> {
  while ((await rollUpUsage(context.db)) > 0);
  while (await rollUpReservations(context.db));
  while ((await rollUpDeliveries(context.db)) > 0);
}
