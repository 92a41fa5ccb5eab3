import type { Context } from "@darkroom/core/context";
import { followLeader } from "@darkroom/core/follow-job";
import { endUnwantedJobs } from "@darkroom/core/jobs/end-unwanted-jobs";
import { findBacklog } from "@darkroom/core/jobs/find-backlog";
import { findOverdue } from "@darkroom/core/jobs/find-overdue";
import { messageFor } from "@darkroom/core/jobs/message-for";
import { findSettleable } from "@darkroom/core/reuse/find-settleable";
import { sweepDeliveries } from "./sweep-deliveries.ts";

/** Time a row's own message gets before the sweep rings in its place. */
const graceMs = 1_000;

/**
 * Makes the queue disposable: whatever is due and not being looked after is rung for again, from rows alone. A plain function of
 * the present; every worker runs it about once a second, and running it twice does no harm.
 */
export async function sweep(context: Context): Promise<{ rung: number; ended: number }> {
  const now = context.clock.now();
  const overdue = await findOverdue(context.db, { now, graceMs });
  const messages = overdue.map(messageFor);
  for (const { kind } of messages) context.metrics.sweptRows.inc({ kind });
  if (messages.length > 0) await context.doorbell.ringAgain(messages);
  const ended = await endUnwantedJobs(context.db, now);
  for (const leaderId of await findSettleable(context.db)) await followLeader(context, leaderId);
  const backlog = await findBacklog(context.db, now);
  if (backlog.inLine || backlog.due) context.doorbell.ringDispatch();
  const deliveries = await sweepDeliveries(context, now);
  return { rung: messages.length + deliveries.rung, ended: ended + deliveries.ended };
}
