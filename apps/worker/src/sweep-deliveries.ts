import type { Context } from "@darkroom/core/context";
import { findOverdueEndpoints } from "@darkroom/core/deliveries/find-overdue-endpoints";
import { windowEndsAt } from "@darkroom/core/deliveries/next-attempt";
import { ringEndpoints } from "@darkroom/core/deliveries/ring-endpoints";
import { cancelDeliveries, expireDeliveries } from "@darkroom/core/deliveries/transition";
import { deleteUnusedOrigins } from "@darkroom/core/endpoints/delete-unused-origins";
import { announceBatches } from "@darkroom/core/events/announce-batches";
import { deleteOldEvents } from "@darkroom/core/events/delete-old-events";
import { advanceReplays } from "@darkroom/core/replays/transition";

/** Time an endpoint's own message gets before the sweep rings in its place. */
const graceMs = 1_000;

/** The part of the sweep that looks after what tenants are told. */
export async function sweepDeliveries(context: Context, now: Date): Promise<{ rung: number; ended: number }> {
  const { db, env } = context;
  const told = [...(await announceBatches(db, now)), ...(await advanceReplays(db, now))];
  await ringEndpoints(context, [...new Set(told)], now);
  const waiting = await findOverdueEndpoints(db, { now, graceMs });
  const overdue = waiting.filter(({ orphaned }) => !orphaned).map(({ id }) => id);
  context.metrics.sweptRows.inc({ kind: "send-deliveries" }, overdue.length);
  await ringEndpoints(context, overdue, now);
  const orphans = waiting.filter(({ orphaned }) => orphaned);
  const canceled = await Promise.all(orphans.map(({ id }) => cancelDeliveries(db, { endpointId: id }, now)));
  const expired = await expireDeliveries(db, { createdBefore: windowStart(context, now), now });
  await deleteOldEvents(db, { now, retentionDays: env.EVENT_RETENTION_DAYS });
  await deleteUnusedOrigins(db, { now, retentionDays: env.EVENT_RETENTION_DAYS });
  return { rung: overdue.length, ended: canceled.reduce((sum, count) => sum + count, expired) };
}

/** What was made before it has had its whole window. */
function windowStart(context: Context, now: Date): Date {
  const windowMs = windowEndsAt(now, context.env.DELIVERY_RETRY_SECONDS).getTime() - now.getTime();
  return new Date(now.getTime() - windowMs);
}
