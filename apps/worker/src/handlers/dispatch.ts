import type { Context } from "@darkroom/core/context";
import { dispatchJobs } from "@darkroom/core/dispatch/dispatch-jobs";
import { roomLimits } from "@darkroom/core/dispatch/room-limits";

/** Fills the free slots and rings for each job that got one. The message's id says nothing: one dispatch serves all. */
export async function dispatch(context: Context): Promise<string> {
  const now = context.clock.now();
  const { dispatched, againAt } = await dispatchJobs(context.db, roomLimits(context.env), now);
  await context.doorbell.ring(dispatched.map(({ attemptId }) => ({ kind: "submit-job", id: attemptId, dueAt: now })));
  if (againAt) await context.doorbell.ring([{ kind: "dispatch", id: "all", dueAt: againAt }]);
  return dispatched.length > 0 ? "dispatched" : "nothing_to_do";
}
