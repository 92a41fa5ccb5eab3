import { auditListSchema, listAuditQuerySchema } from "@darkroom/contract/admin/audit";
import { listAudit } from "@darkroom/core/audit/list-audit";
import { json } from "../../../reply.ts";
import { toCursor } from "../../../requests/cursor.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { readPageCursor } from "../read-page-cursor.ts";

export const listAuditRoute = defineAdminRoute("listAudit", {
  summary: "Who did what",
  query: listAuditQuerySchema,
  replies: { 200: { description: "Newest first.", schema: auditListSchema } },
  async handle(api, { query }) {
    const page = readPageCursor("aud", query.cursor);
    if (page.outcome === "refused") return page.reply;
    const filter = {
      actorId: query.actor_id,
      action: query.action,
      targetId: query.target_id,
      tenantId: query.tenant_id,
    };
    const { entries, more } = await listAudit(api.reads, { filter, beforeId: page.beforeId, limit: query.limit });
    const last = entries.at(-1);
    return json(200, { data: entries, next_cursor: more && last ? toCursor(last.id) : null });
  },
});
