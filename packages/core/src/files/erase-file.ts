import { type Db, query, sql } from "../db/database.ts";
import type { File } from "../generated/prisma/client.ts";
import { loosened } from "../loose-objects/loosen-objects.ts";

/** The caller deletes the object itself; the sweep only if the caller does not come to that. */
const sweepAfterMs = 60_000;

/** Marks a tenant's file as gone, so that no new job can name it, and answers the row whose object is to be deleted. */
export async function eraseFile(
  db: Pick<Db, "$queryRaw" | "file">,
  which: { id: string; tenantId: string },
  now: Date,
): Promise<File | null> {
  const keys = sql`select unnest(array[key, thumb_key]) as key from erased`;
  await query(
    db,
    sql`with erased as (
          update files set erased_at = coalesce(erased_at, ${now}::timestamptz), fal_url = null, fal_url_until = null
          where id = ${which.id} and tenant_id = ${which.tenantId} returning key, thumb_key
        ), ${loosened(keys, new Date(now.getTime() + sweepAfterMs))}
        select 1`,
  );
  return db.file.findFirst({ where: which });
}
