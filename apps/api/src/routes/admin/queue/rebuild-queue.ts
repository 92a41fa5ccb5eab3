import { queueRebuiltSchema } from "@darkroom/contract/admin/queue";
import { rebuildQueue } from "@darkroom/core/rebuild-queue";
import { json } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";

export const rebuildQueueRoute = defineAdminRoute("rebuildQueue", {
  summary: "Ring for everything that is due, from Postgres alone",
  description: "The sweep does the same every second; this does it now and tells.",
  audit: "queue.rebuild",
  replies: { 200: { description: "Rung.", schema: queueRebuiltSchema } },
  async handle(api, { now, note }) {
    const startedAt = performance.now();
    const rebuilt = await rebuildQueue(api, now);
    note({ detail: rebuilt });
    return json(200, { ...rebuilt, ms: Math.round(performance.now() - startedAt) });
  },
});
