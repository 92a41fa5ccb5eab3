import { type Database, query, sql } from "../db/database.ts";

/** When the oldest job there is was made. */
export async function readOldestJobAt(db: Pick<Database, "$queryRaw">): Promise<Date | null> {
  const rows = await query<{ at: Date }>(db, sql`select created_at as at from jobs order by id limit 1`);
  return rows[0]?.at ?? null;
}
