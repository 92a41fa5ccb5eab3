import {
  adminDeliveryDetailSchema,
  adminDeliveryListSchema,
  adminDeliverySchema,
  listAdminDeliveriesQuerySchema,
} from "@darkroom/contract/admin/endpoints";
import { listDeliveries } from "@darkroom/core/admin/list-deliveries";
import { readDelivery } from "@darkroom/core/deliveries/read-delivery";
import { resendDelivery } from "@darkroom/core/deliveries/resend-delivery";
import { ringEndpoints } from "@darkroom/core/deliveries/ring-endpoints";
import { toWireDelivery } from "@darkroom/core/deliveries/to-wire";
import type { Api } from "../../../api.ts";
import { json, notFound, problem } from "../../../reply.ts";
import { toCursor } from "../../../requests/cursor.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";
import { readPageCursor } from "../read-page-cursor.ts";

export const listAdminDeliveriesRoute = defineAdminRoute("listDeliveries", {
  summary: "List deliveries of all tenants",
  query: listAdminDeliveriesQuerySchema,
  replies: { 200: { description: "Newest first; a page may be short and lead on.", schema: adminDeliveryListSchema } },
  async handle(api, { query }) {
    const page = readPageCursor("dlv", query.cursor);
    if (page.outcome === "refused") return page.reply;
    const search = {
      tenantId: query.tenant_id,
      endpointId: query.endpoint_id,
      type: query.event_type,
      state: query.state,
      jobId: query.job_id,
    };
    const found = await listDeliveries(api.reads, { search, beforeId: page.beforeId, limit: query.limit });
    return json(200, { data: found.deliveries, next_cursor: found.nextId === null ? null : toCursor(found.nextId) });
  },
});

/** Whose delivery it is. */
async function findOwner(api: Api, deliveryId: string) {
  const row = await api.db.delivery.findUnique({ where: { id: deliveryId }, select: { tenantId: true } });
  const tenant = row && (await api.db.tenant.findUnique({ where: { id: row.tenantId } }));
  return tenant && { who: { tenantId: tenant.id, deliveryId }, tenant: { id: tenant.id, name: tenant.name } };
}

export const readAdminDeliveryRoute = defineAdminRoute("readDelivery", {
  summary: "Read a delivery with its attempts",
  params: idParams,
  replies: { 200: { description: "With every attempt.", schema: adminDeliveryDetailSchema } },
  problems: ["not_found"],
  async handle(api, { params, admin }) {
    const owner = await findOwner(api, params.id);
    const detail = owner && (await readDelivery(api.reads, owner.who, api.links));
    if (!owner || !detail) return notFound("delivery");
    if (admin.canSeePayloads) return json(200, { ...detail, tenant: owner.tenant });
    // The event has links to pictures, and a receiver may repeat what it was sent.
    const log = detail.log.map((attempt) => ({ ...attempt, response_body: null }));
    return json(200, { ...detail, tenant: owner.tenant, request_body: null, log });
  },
});

export const resendAdminDeliveryRoute = defineAdminRoute("resendDelivery", {
  summary: "Send it once more",
  audit: "delivery.resend",
  params: idParams,
  replies: { 202: { description: "A new delivery.", schema: adminDeliverySchema } },
  problems: ["not_found", "endpoint_not_enabled"],
  async handle(api, { params, now, note }) {
    const owner = await findOwner(api, params.id);
    if (!owner) return notFound("delivery");
    note({ target: { kind: "delivery", id: params.id }, tenantId: owner.tenant.id });
    const resent = await resendDelivery(api.db, owner.who, now);
    if (resent.outcome === "not_found") return notFound("delivery");
    if (resent.outcome === "not_enabled") {
      return problem("endpoint_not_enabled", "The endpoint of this delivery is paused, disabled or deleted.");
    }
    await ringEndpoints(api, [resent.delivery.endpointId], now);
    return json(202, { ...toWireDelivery(resent.delivery), tenant: owner.tenant });
  },
});
