import type { TenantRef } from "@darkroom/contract/admin/paging";
import { Link } from "@tanstack/react-router";

/** A tenant's name that leads to the tenant. */
export function TenantLink({ tenant: { id, name } }: { tenant: TenantRef }) {
  return (
    <Link to="/tenants/$id" params={{ id }}>
      {name}
    </Link>
  );
}
