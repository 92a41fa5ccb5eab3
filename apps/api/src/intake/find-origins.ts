import type { Context } from "@darkroom/core/context";
import { ensureOrigin } from "@darkroom/core/endpoints/ensure-origin";
import type { Acceptance } from "./accept-jobs.ts";
import { deadlineOf } from "./deadline-of.ts";

/** The endpoints behind the webhook_urls of jobs, by origin. Made before the jobs: one that nobody uses does no harm. */
export async function findOrigins(
  context: Pick<Context, "db" | "secrets">,
  { caller, plans, now }: Pick<Acceptance, "caller" | "plans" | "now">,
): Promise<Map<string, string>> {
  const origins = new Map<string, string>();
  const usedUntil = new Date(Math.max(...plans.map(({ plan }) => deadlineOf(plan, now).getTime())));
  for (const { plan } of plans) {
    if (!plan.webhookUrl) continue;
    const { origin } = new URL(plan.webhookUrl);
    if (origins.has(origin)) continue;
    const request = { tenantId: caller.tenantId, url: origin, usedUntil, now };
    origins.set(origin, await ensureOrigin(context.db, context.secrets, request));
  }
  return origins;
}
