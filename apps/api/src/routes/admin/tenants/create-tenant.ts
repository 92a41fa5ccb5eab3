import { adminTenantDetailSchema, createTenantSchema } from "@darkroom/contract/admin/tenants";
import { createTenant } from "@darkroom/core/tenants/create-tenant";
import { updateTenant } from "@darkroom/core/tenants/update-tenant";
import { problem } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { answerWithTenant } from "./answer-with-tenant.ts";

export const createTenantRoute = defineAdminRoute("createTenant", {
  summary: "Make a tenant",
  audit: "tenant.create",
  body: { kind: "json", schema: createTenantSchema, required: true },
  replies: { 201: { description: "Made.", schema: adminTenantDetailSchema } },
  problems: ["name_taken"],
  async handle(api, { body, now, note }) {
    const made = await createTenant(api.db, { name: body.name, now });
    note({ target: { kind: "tenant", id: made.tenant.id }, tenantId: made.tenant.id, detail: body });
    if (made.outcome === "exists") return problem("name_taken", "There is a tenant of this name already.");
    const { weight, in_flight_max: inFlightMax, rate_per_minute: ratePerMinute } = body;
    await updateTenant(api.db, made.tenant.id, { weight, inFlightMax, ratePerMinute }, now);
    return answerWithTenant(api, made.tenant.id, { status: 201, now });
  },
});
