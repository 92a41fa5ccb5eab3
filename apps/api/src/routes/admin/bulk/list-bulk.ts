import { bulkListSchema, listBulkQuerySchema } from "@darkroom/contract/admin/bulk";
import { readOldestJobAt } from "@darkroom/core/bulk/read-oldest-job";
import { toWireBulk } from "@darkroom/core/bulk/to-wire";
import { json } from "../../../reply.ts";
import { toCursor } from "../../../requests/cursor.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { readPageCursor } from "../read-page-cursor.ts";

export const listBulkRoute = defineAdminRoute("listBulk", {
  summary: "List bulk operations",
  query: listBulkQuerySchema,
  replies: { 200: { description: "Newest first.", schema: bulkListSchema } },
  async handle(api, { query, admin }) {
    const page = readPageCursor("blk", query.cursor);
    if (page.outcome === "refused") return page.reply;
    const rows = await api.reads.bulkOperation.findMany({
      ...(page.beforeId === null ? {} : { where: { id: { lt: page.beforeId } } }),
      orderBy: { id: "desc" },
      take: query.limit + 1,
    });
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    const oldestAt = await readOldestJobAt(api.reads);
    return json(200, {
      data: shown.map((row) => toWireBulk(row, { oldestAt, payloads: admin.canSeePayloads })),
      next_cursor: rows.length > query.limit && last ? toCursor(last.id) : null,
    });
  },
});
