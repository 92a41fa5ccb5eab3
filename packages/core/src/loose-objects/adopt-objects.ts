import { type Db, query, type Sql, sql } from "../db/database.ts";

/**
 * For the transaction that names objects: from now on they are kept. Throws if the sweep has begun to take one away, which ends the
 * transaction: a row must not name an object that is gone.
 */
export async function adoptObjects(db: Pick<Db, "$queryRaw">, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const rows = await query(
    db,
    sql`delete from loose_objects where key = any(${[...keys]}::text[]) and taken_at is null returning 1`,
  );
  if (rows.length < keys.length) throw new Error("an object was taken away before it was named: this took too long");
}

/** The same as a common table expression, for a statement that names at most one. `keys`: a query of them. */
export function adopted(keys: Sql): Sql {
  return sql`adopted as (delete from loose_objects where key in (${keys}) and taken_at is null returning 1)`;
}
