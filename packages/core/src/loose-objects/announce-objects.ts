import { type Db, query, sql } from "../db/database.ts";

/**
 * How long an object may lie in the bucket before a row names it. Far above what a request or a copy may last (API requests end after
 * five minutes), so that nothing is taken away from somebody who is still at it.
 */
const graceMs = 3_600_000;

/**
 * To be called before objects are written that only a later statement will name. If that statement never comes (a create that is
 * refused, an upload that breaks off, a process that dies), the sweep finds the rows and deletes the objects.
 */
export async function announceObjects(db: Pick<Db, "$queryRaw">, keys: readonly string[], now: Date): Promise<void> {
  if (keys.length === 0) return;
  const dueAt = new Date(now.getTime() + graceMs);
  await query(
    db,
    sql`insert into loose_objects (key, due_at) select key, ${dueAt}::timestamptz from unnest(${[...keys]}::text[]) as key returning 1`,
  );
}
