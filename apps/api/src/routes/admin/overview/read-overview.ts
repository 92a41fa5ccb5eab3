import { overviewQuerySchema, overviewSchema } from "@darkroom/contract/admin/overview";
import { readOverview } from "@darkroom/core/admin/read-overview";
import { roomLimits } from "@darkroom/core/dispatch/room-limits";
import { json } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { countWaiting } from "../queue/count-waiting.ts";

export const readOverviewRoute = defineAdminRoute("readOverview", {
  summary: "Is it healthy, what runs, what fails, what it costs",
  query: overviewQuerySchema,
  replies: { 200: { description: "From kept sums, and bounded counts of what is true now.", schema: overviewSchema } },
  async handle(api, { query, admin, now }) {
    const waiting = await countWaiting(api, ["dispatch"]);
    const overview = await readOverview(api.reads, {
      range: query.range,
      tenantId: query.tenant_id ?? null,
      limits: roomLimits(api.env),
      queueReachable: waiting.get("dispatch") !== null,
      payloads: admin.canSeePayloads,
      now,
    });
    return json(200, overview);
  },
});
