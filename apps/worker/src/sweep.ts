import type { Context } from "@darkroom/core/context";
import { endUnwantedJobs } from "@darkroom/core/jobs/end-unwanted-jobs";
import { findOverdue, hasBacklog, type OverdueJob } from "@darkroom/core/jobs/find-overdue";
import type { Message } from "@darkroom/core/queues/messages";

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
  if (messages.length > 0) await context.doorbell.ring(messages);
  const ended = await endUnwantedJobs(context.db, now);
  if (await hasBacklog(context.db, now)) context.doorbell.ringDispatch();
  return { rung: messages.length, ended };
}

function messageFor(row: OverdueJob): Message {
  if (row.state === "copying") return { kind: "copy-output", id: row.id, dueAt: row.dueAt };
  // An attempt that was never sent may still be: its submit message got lost.
  if (!row.sent) return { kind: "submit-job", id: row.attemptId, dueAt: row.dueAt };
  return { kind: "check-job", id: row.id, dueAt: row.dueAt };
}
