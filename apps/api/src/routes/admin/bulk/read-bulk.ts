import { bulkSchema } from "@darkroom/contract/admin/bulk";
import { readOldestJobAt } from "@darkroom/core/bulk/read-oldest-job";
import { stopBulk } from "@darkroom/core/bulk/stop-bulk";
import { toWireBulk } from "@darkroom/core/bulk/to-wire";
import type { Api } from "../../../api.ts";
import type { AdminCaller } from "../../../middleware/authenticate-admin.ts";
import { json, notFound, problem, type Reply } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";

async function answer(api: Api, admin: AdminCaller, id: string): Promise<Reply> {
  const row = await api.db.bulkOperation.findUnique({ where: { id } });
  if (!row) return notFound("bulk operation");
  const oldestAt = await readOldestJobAt(api.reads);
  return json(200, toWireBulk(row, { oldestAt, payloads: admin.canSeePayloads }));
}

export const readBulkRoute = defineAdminRoute("readBulk", {
  summary: "Read a bulk operation",
  params: idParams,
  replies: { 200: { description: "With its progress.", schema: bulkSchema } },
  problems: ["not_found"],
  handle: (api, { params, admin }) => answer(api, admin, params.id),
});

export const stopBulkRoute = defineAdminRoute("stopBulk", {
  summary: "Stop a bulk operation",
  description: "What is done stays done.",
  audit: "bulk.stop",
  params: idParams,
  replies: { 200: { description: "Stopped.", schema: bulkSchema } },
  problems: ["not_found", "bulk_already_ended"],
  async handle(api, { params, admin, now, note }) {
    note({ target: { kind: "bulk", id: params.id } });
    if (await stopBulk(api.db, params.id, now)) return answer(api, admin, params.id);
    const reply = await answer(api, admin, params.id);
    return reply.kind === "problem" ? reply : problem("bulk_already_ended", "It had ended before.");
  },
});
