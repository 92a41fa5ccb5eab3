import type { Context } from "./context.ts";
import { ringEndpoints } from "./deliveries/ring-endpoints.ts";
import { renewOrigin } from "./endpoints/renew-origin.ts";
import { followJob } from "./follow-job.ts";
import { buysAgain, type RetryResult, retryJob } from "./jobs/retry-job.ts";
import { priceRetry, type RetryPrice } from "./price-retry.ts";
import { type RetryWithinResult, retryWithinBudgets } from "./spend/retry-within-budgets.ts";

/** What a retry comes to: open again, or why not. Refusals over money leave the job as it was. */
export type RetryOutcome =
  | RetryResult
  | RetryWithinResult
  | Exclude<RetryPrice, { outcome: "priced" }>
  | ({ outcome: "queue_full" } & FullQueue);

/** As many jobs of the tenant wait as may. */
export type FullQueue = { waiting: number; cap: number };

/** Takes a place among the tenant's waiting jobs; null if there was one. */
type TakePlace = () => Promise<FullQueue | null>;

export type RetryRefusal = Exclude<RetryOutcome, { outcome: "queued" | "copying" }>;

/**
 * Opens a job again, at today's price and within its budgets and its own limit, and rings for whoever has it next. `takePlace` is asked
 * if it would stand in line again; without it, as for operators, it may in any case.
 */
export async function retryAndFollow(
  context: Context,
  who: { tenantId: string; jobId: string },
  now: Date,
  takePlace?: TakePlace,
): Promise<RetryOutcome> {
  const result = await retry(context, who, now, takePlace);
  if ("told" in result) await ringEndpoints(context, result.told, now);
  if (result.outcome === "queued" || result.outcome === "copying") await followJob(context, result.job);
  return result;
}

async function retry(
  context: Context,
  who: { tenantId: string; jobId: string },
  now: Date,
  takePlace?: TakePlace,
): Promise<RetryOutcome> {
  const { db } = context;
  const job = await db.job.findFirst({ where: { id: who.jobId, tenantId: who.tenantId } });
  if (job) await renewOrigin(db, context.secrets, job, now);
  if (!job || !buysAgain(job)) return retryJob(db, who, now);
  const price = await priceRetry(context, job);
  if (price.outcome !== "priced") return price;
  const full = await takePlace?.();
  return full ? { outcome: "queue_full", ...full } : retryWithinBudgets(db, job, price.micros, now);
}
