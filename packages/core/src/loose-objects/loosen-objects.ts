import { type Db, query, type Sql, sql } from "../db/database.ts";

/** Objects that nobody will name after all: the next sweep deletes them. */
export async function loosenObjects(db: Pick<Db, "$queryRaw">, keys: readonly string[], now: Date): Promise<void> {
  if (keys.length === 0) return;
  await query(db, sql`with ${loosened(sql`select unnest(${[...keys]}::text[]) as key`, now)} select 1`);
}

/** The same as a common table expression, for the statement that removes the rows which named them. `keys`: a query with a column `key`. */
export function loosened(keys: Sql, dueAt: Date): Sql {
  return sql`loosened as (
    insert into loose_objects (key, due_at) select distinct k.key, ${dueAt}::timestamptz from (${keys}) k where k.key is not null
    on conflict (key) do update set due_at = excluded.due_at
  )`;
}
