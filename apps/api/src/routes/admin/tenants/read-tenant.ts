import { adminTenantDetailSchema } from "@darkroom/contract/admin/tenants";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";
import { answerWithTenant } from "./answer-with-tenant.ts";

export const readTenantRoute = defineAdminRoute("readTenant", {
  summary: "Read a tenant",
  params: idParams,
  replies: { 200: { description: "The tenant with its line.", schema: adminTenantDetailSchema } },
  problems: ["not_found"],
  handle: (api, { params, now }) => answerWithTenant(api, params.id, { status: 200, now }),
});
