import { listLanes } from "@darkroom/core/admin/list-lanes";
import { readTenant } from "@darkroom/core/admin/list-tenants";
import { backlogOf } from "@darkroom/core/admin/read-now";
import type { Api } from "../../../api.ts";
import { json, notFound, type Reply } from "../../../reply.ts";

/** A tenant with its line. */
export async function answerWithTenant(api: Api, id: string, answer: { status: number; now: Date }): Promise<Reply> {
  const tenant = await readTenant(api.db, id, answer.now);
  if (!tenant) return notFound("tenant");
  const lanes = (await listLanes(api.reads)).filter(({ tenantId }) => tenantId === id);
  const [backlog = null] = await backlogOf(api.reads, lanes, new Map([[id, tenant.in_flight]]));
  return json(answer.status, { tenant, backlog });
}
