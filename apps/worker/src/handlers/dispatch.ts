import type { Context } from "@darkroom/core/context";
import { dispatchJobs } from "@darkroom/core/jobs/dispatch-jobs";

/** Fills the free slots and rings for each job that got one. The message's id says nothing: one dispatch serves all. */
export async function dispatch(context: Context): Promise<string> {
  const now = context.clock.now();
  const dispatched = await dispatchJobs(context.db, { slots: context.env.FAL_MAX_IN_FLIGHT, now });
  await context.doorbell.ring(dispatched.map(({ attemptId }) => ({ kind: "submit-job", id: attemptId, dueAt: now })));
  return dispatched.length > 0 ? "dispatched" : "nothing_to_do";
}
