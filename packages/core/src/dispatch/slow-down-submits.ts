import type { Database } from "../db/database.ts";
import { lockDispatch } from "./lock-dispatch.ts";
import { readRoom } from "./read-room.ts";
import { refill, slowDown } from "./submit-rate.ts";

/** fal said 429: all workers submit at half the speed, and not before fal's Retry-After. */
export function slowDownSubmits(
  db: Database,
  options: { perSecondMax: number; retryAfterMs: number; now: Date },
): Promise<void> {
  const { perSecondMax, retryAfterMs, now } = options;
  return db.$transaction(async (tx) => {
    await lockDispatch(tx);
    const { bucket } = await readRoom(tx);
    const slowed = slowDown(refill(bucket, perSecondMax, now), perSecondMax, now, retryAfterMs);
    await tx.dispatchState.update({
      where: { id: 1 },
      data: {
        tokens: slowed.tokens,
        tokensAt: slowed.at,
        slowedTo: slowed.slowedTo,
        blockedUntil: slowed.blockedUntil,
      },
    });
  });
}
