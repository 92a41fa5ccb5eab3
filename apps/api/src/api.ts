import type { Context } from "@darkroom/core/context";
import { createWebhookKeys, type WebhookKeys } from "@darkroom/core/fal/webhook-keys";
import { createThumbnails, type Thumbnails } from "@darkroom/core/thumbnails/ensure-thumbnail";
import { createQueueCap, type QueueCap } from "./intake/queue-cap.ts";
import { createCounter } from "./limits/count-requests.ts";
import { createLeases, type TakeRequest } from "./limits/lease-requests.ts";
import { createRequestsAtOnce, type RequestsAtOnce } from "./limits/requests-at-once.ts";
import { type CallerCache, createCallerCache } from "./middleware/caller-cache.ts";
import { type AdminStreams, createAdminStreams } from "./streams/admin-streams.ts";
import { createJobStreams, type JobStreams } from "./streams/job-streams.ts";

/** What routes reach: the process's context, and what only the API remembers. */
export type Api = Context & {
  callers: CallerCache;
  takeRequest: TakeRequest;
  requestsAtOnce: RequestsAtOnce;
  queueCap: QueueCap;
  webhookKeys: WebhookKeys;
  streams: JobStreams;
  adminStreams: AdminStreams;
  thumbnails: Thumbnails;
  /** Aborted when the process begins to stop: streams end, readiness says no. */
  stopping: AbortSignal;
};

export function openApi(context: Context, stopping: AbortSignal): Api {
  const thumbnails = createThumbnails(context);
  stopping.addEventListener("abort", thumbnails.close, { once: true });
  return {
    ...context,
    callers: createCallerCache(context),
    takeRequest: createLeases(createCounter(context, stopping)),
    requestsAtOnce: createRequestsAtOnce(context.env.TENANT_REQUESTS_AT_ONCE_MAX),
    queueCap: createQueueCap(context),
    webhookKeys: createWebhookKeys(context.fal, context.env.FAL_JWKS_URL),
    streams: createJobStreams(context, stopping),
    adminStreams: createAdminStreams(context, stopping),
    thumbnails,
    stopping,
  };
}
