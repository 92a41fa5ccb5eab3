import type { Database } from "../db/database.ts";
import { lockDispatch } from "./lock-dispatch.ts";

/** Stops dispatch by hand, or lets it go on. Pausing again keeps the time of the first pause. Returns since when it is paused. */
export function pauseDispatch(db: Database, paused: boolean, now: Date): Promise<Date | null> {
  return db.$transaction(async (tx) => {
    await lockDispatch(tx);
    const { pausedAt } = await tx.dispatchState.findUniqueOrThrow({ where: { id: 1 } });
    const since = paused ? (pausedAt ?? now) : null;
    await tx.dispatchState.update({ where: { id: 1 }, data: { pausedAt: since } });
    return since;
  });
}
