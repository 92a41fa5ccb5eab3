import { type Db, query, sql } from "../db/database.ts";

export type StoredOutputRow = { id: string; key: string; contentType: string };

/** A stored image of a job that shows it; with `tenantId`, only if it is that tenant's. */
export async function readOutput(
  db: Pick<Db, "$queryRaw">,
  which: { id: string; tenantId: string | null },
): Promise<StoredOutputRow | null> {
  const rows = await query<StoredOutputRow>(
    db,
    sql`select o.id, o.key, o.content_type as "contentType" from outputs o join jobs j on j.id = o.job_id
        where o.id = ${which.id} and o.stored_at is not null and j.state = 'succeeded' and j.erased_at is null
          and (${which.tenantId}::text is null or o.tenant_id = ${which.tenantId})`,
  );
  return rows[0] ?? null;
}
