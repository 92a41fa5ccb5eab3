import { type Db, query, sql } from "../db/database.ts";

/** How exact `last_used_at` is: more would be a write per request. */
const everyMs = 60_000;

/** Notes that a key was used, at most once a minute however many processes ask. */
export async function touchApiKey(db: Pick<Db, "$queryRaw">, options: { id: string; now: Date }): Promise<void> {
  const { id, now } = options;
  const before = new Date(now.getTime() - everyMs);
  await query(
    db,
    sql`update api_keys set last_used_at = ${now}::timestamptz
        where id = ${id} and (last_used_at is null or last_used_at <= ${before}::timestamptz) returning 1`,
  );
}
