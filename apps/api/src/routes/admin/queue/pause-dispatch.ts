import { dispatchPausedSchema } from "@darkroom/contract/admin/queue";
import { pauseDispatch } from "@darkroom/core/dispatch/pause-dispatch";
import { json } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";

const replies = { 200: { description: "As it is now.", schema: dispatchPausedSchema } };

export const pauseDispatchRoute = defineAdminRoute("pauseDispatch", {
  summary: "Hand nothing more to fal",
  description: "What fal has is finished; what comes waits.",
  audit: "queue.pause",
  replies,
  async handle(api, { now }) {
    const since = await pauseDispatch(api.db, true, now);
    return json(200, { paused_at: since?.toISOString() ?? null });
  },
});

export const resumeDispatchRoute = defineAdminRoute("resumeDispatch", {
  summary: "Go on",
  audit: "queue.resume",
  replies,
  async handle(api, { now }) {
    await pauseDispatch(api.db, false, now);
    api.doorbell.ringDispatch();
    return json(200, { paused_at: null });
  },
});
