import { adminTenantListSchema, listTenantsQuerySchema } from "@darkroom/contract/admin/tenants";
import { listTenants } from "@darkroom/core/admin/list-tenants";
import { json } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";

export const listTenantsRoute = defineAdminRoute("listTenants", {
  summary: "List tenants",
  query: listTenantsQuerySchema,
  replies: { 200: { description: "By name.", schema: adminTenantListSchema } },
  async handle(api, { query, now }) {
    // A name is a place in the list as good as an id: any text is one.
    const afterName = query.cursor === undefined ? null : Buffer.from(query.cursor, "base64url").toString("latin1");
    const { tenants, more } = await listTenants(api.reads, {
      afterName,
      prefix: query.q ?? null,
      limit: query.limit,
      now,
    });
    const last = tenants.at(-1);
    const cursor = more && last ? Buffer.from(last.name, "latin1").toString("base64url") : null;
    return json(200, { data: tenants, next_cursor: cursor });
  },
});
