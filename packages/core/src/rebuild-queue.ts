import type { Context } from "./context.ts";
import { findOverdueEndpoints } from "./deliveries/find-overdue-endpoints.ts";
import { ringEndpoints } from "./deliveries/ring-endpoints.ts";
import { endUnwantedJobs } from "./jobs/end-unwanted-jobs.ts";
import { findBacklog } from "./jobs/find-backlog.ts";
import { findOverdue } from "./jobs/find-overdue.ts";
import { messageFor } from "./jobs/message-for.ts";

/** Rows rung for at once; more than are ever in flight. The sweep goes on with the rest. */
const rowsMax = 10_000;

export type Rebuilt = { rung: Record<string, number>; ended: number };

/**
 * Rings for everything that is due, from Postgres alone: what the sweep does every second, done now and told. For whoever has just
 * deleted Redis and wants to see it.
 */
export async function rebuildQueue(context: Context, now: Date): Promise<Rebuilt> {
  const { db, doorbell } = context;
  const rung: Record<string, number> = {};
  const messages = (await findOverdue(db, { now, graceMs: 0, max: rowsMax })).map(messageFor);
  for (const { kind } of messages) rung[kind] = (rung[kind] ?? 0) + 1;
  await doorbell.ringAgain(messages);
  const waiting = await findOverdueEndpoints(db, { now, graceMs: 0 });
  const endpoints = waiting.filter(({ orphaned }) => !orphaned).map(({ id }) => id);
  await ringEndpoints(context, endpoints, now);
  if (endpoints.length > 0) rung["send-deliveries"] = endpoints.length;
  const ended = await endUnwantedJobs(db, now);
  const backlog = await findBacklog(db, now);
  if (backlog.inLine || backlog.due) {
    doorbell.ringDispatch();
    rung.dispatch = 1;
  }
  return { rung, ended };
}
