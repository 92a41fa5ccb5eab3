import type { Context } from "@darkroom/core/context";
import { dispatchJobs } from "@darkroom/core/dispatch/dispatch-jobs";
import { roomLimits } from "@darkroom/core/dispatch/room-limits";
import { type Hands, restingHands } from "../hands.ts";

/**
 * Fills the free slots. The jobs that got one are submitted from here, as far as this worker has hands free; for the others it
 * rings. The message's id says nothing: one dispatch serves all.
 */
export async function dispatch(context: Context, _id = "all", hands: Hands = restingHands): Promise<string> {
  const now = context.clock.now();
  const { dispatched, againAt } = await dispatchJobs(context.db, roomLimits(context.env), now);
  const left = hands.submitHere(dispatched.map(({ attemptId }) => attemptId));
  await context.doorbell.ring(left.map((id) => ({ kind: "submit-job", id, dueAt: now })));
  if (againAt) await context.doorbell.ring([{ kind: "dispatch", id: "all", dueAt: againAt }]);
  return dispatched.length > 0 ? "dispatched" : "nothing_to_do";
}
