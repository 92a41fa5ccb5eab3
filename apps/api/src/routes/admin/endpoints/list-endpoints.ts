import { adminEndpointListSchema, listAdminEndpointsQuerySchema } from "@darkroom/contract/admin/endpoints";
import { listEndpoints } from "@darkroom/core/admin/list-endpoints";
import { json } from "../../../reply.ts";
import { toCursor } from "../../../requests/cursor.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { readPageCursor } from "../read-page-cursor.ts";

export const listAdminEndpointsRoute = defineAdminRoute("listEndpoints", {
  summary: "List endpoints of all tenants",
  query: listAdminEndpointsQuerySchema,
  replies: { 200: { description: "Newest first.", schema: adminEndpointListSchema } },
  async handle(api, { query, now }) {
    const page = readPageCursor("ep", query.cursor);
    if (page.outcome === "refused") return page.reply;
    const { tenant_id: tenantId, state, limit } = query;
    const list = { tenantId, state, beforeId: page.beforeId, limit, now };
    const { endpoints, more } = await listEndpoints(api.reads, list);
    const last = endpoints.at(-1);
    return json(200, { data: endpoints, next_cursor: more && last ? toCursor(last.id) : null });
  },
});
