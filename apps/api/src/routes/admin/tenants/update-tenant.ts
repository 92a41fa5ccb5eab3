import { adminTenantDetailSchema, updateTenantSchema } from "@darkroom/contract/admin/tenants";
import { updateTenant } from "@darkroom/core/tenants/update-tenant";
import { notFound } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";
import { answerWithTenant } from "./answer-with-tenant.ts";

export const updateTenantRoute = defineAdminRoute("updateTenant", {
  summary: "Change weight, cap or rate, pause or resume",
  audit: "tenant.update",
  params: idParams,
  body: { kind: "json", schema: updateTenantSchema, required: true },
  replies: { 200: { description: "As it is now.", schema: adminTenantDetailSchema } },
  problems: ["not_found"],
  async handle(api, { params, body, now, note }) {
    note({ target: { kind: "tenant", id: params.id }, tenantId: params.id, detail: body });
    const { weight, in_flight_max: inFlightMax, rate_per_minute: ratePerMinute, paused } = body;
    const changes = {
      ...(weight === undefined ? {} : { weight }),
      ...(inFlightMax === undefined ? {} : { inFlightMax }),
      ...(ratePerMinute === undefined ? {} : { ratePerMinute }),
      ...(paused === undefined ? {} : { paused }),
    };
    if (!(await api.db.tenant.findUnique({ where: { id: params.id }, select: { id: true } })))
      return notFound("tenant");
    await updateTenant(api.db, params.id, changes, now);
    api.doorbell.ringDispatch();
    return answerWithTenant(api, params.id, { status: 200, now });
  },
});
