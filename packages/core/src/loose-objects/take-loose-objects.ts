import { type Db, query, sql } from "../db/database.ts";

/** If whoever takes them dies, or storage is away, they are taken again after this. */
const leaseMs = 120_000;

/** Takes objects whose time has come, to delete them: from now on no row may name them any more. Oldest first, `max` at most. */
export async function takeLooseObjects(
  db: Pick<Db, "$queryRaw">,
  options: { max: number; now: Date },
): Promise<string[]> {
  const { max, now } = options;
  const leaseEndsAt = new Date(now.getTime() + leaseMs);
  const rows = await query<{ key: string }>(
    db,
    sql`update loose_objects set taken_at = ${now}::timestamptz, due_at = ${leaseEndsAt}::timestamptz
        -- An array, made once (rollUpUsage has the reason).
        where key = any(array(select key from loose_objects where due_at <= ${now}::timestamptz
                              order by due_at limit ${max}::int for update skip locked))
        returning key`,
  );
  return rows.map(({ key }) => key);
}

/** They are deleted. */
export async function forgetLooseObjects(db: Pick<Db, "$queryRaw">, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await query(
    db,
    sql`delete from loose_objects where key = any(${[...keys]}::text[]) and taken_at is not null returning 1`,
  );
}
