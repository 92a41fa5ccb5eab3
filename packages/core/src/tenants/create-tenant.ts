import { type Db, query, sql } from "../db/database.ts";
import type { Tenant } from "../generated/prisma/client.ts";
import { newId } from "../ids.ts";

/** A tenant's name is typed by people and read in lists: short, one word, no surprises in a shell. */
export const tenantNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export type CreateTenantResult =
  | { outcome: "created"; tenant: Tenant }
  /** The name is taken: here is who has it. */
  | { outcome: "exists"; tenant: Tenant };

/** Makes a tenant. Names are unique; the row that has the name wins, also when two come at once. */
export async function createTenant(db: Db, options: { name: string; now: Date }): Promise<CreateTenantResult> {
  const { name, now } = options;
  const id = newId("ten");
  const made = await query<{ id: string }>(
    db,
    sql`insert into tenants (id, name, created_at) values (${id}, ${name}, ${now}::timestamptz)
        on conflict (name) do nothing returning id`,
  );
  const tenant = await db.tenant.findUniqueOrThrow({ where: { name } });
  return { outcome: made.length > 0 ? "created" : "exists", tenant };
}
