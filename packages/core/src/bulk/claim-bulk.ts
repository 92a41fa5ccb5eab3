import { type Database, query, sql } from "../db/database.ts";
import type { BulkOperation } from "../generated/prisma/client.ts";

/** Longer than a batch takes; if its worker dies, another goes on after it. */
export const bulkLeaseMs = 60_000;

/** Takes a bulk operation whose next batch is due. */
export async function claimBulk(
  db: Pick<Database, "bulkOperation" | "$queryRaw">,
  now: Date,
): Promise<BulkOperation | null> {
  const leaseEndsAt = new Date(now.getTime() + bulkLeaseMs);
  const rows = await query<{ id: string }>(
    db,
    sql`update bulk_operations set due_at = ${leaseEndsAt}::timestamptz where id = (
          select id from bulk_operations where state = 'running' and due_at <= ${now}::timestamptz
          order by due_at limit 1 for update skip locked)
        returning id`,
  );
  return rows[0] ? db.bulkOperation.findUnique({ where: { id: rows[0].id } }) : null;
}
