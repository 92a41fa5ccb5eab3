import { join, raw, type Sql, sql } from "../db/database.ts";

/** A part of a table that has an index of its own, with the id behind it. */
export type Range = {
  where?: Sql;
  /** The index's column before the id, and its value. */
  by?: readonly [column: string, value: Sql];
};

/** A row of a walk; the last one comes along even if it does not fit: it says where to go on. */
export type Walked = { id: string; place: number; fits: boolean; last: boolean };

export type Walk = {
  table: "jobs" | "deliveries";
  /** None: the whole table. */
  ranges: readonly Range[];
  /** Between which ids. */
  bounds: readonly Sql[];
  max: number;
};

/** The newest rows of some ranges together, with their `place` from the newest on and whether one is the `last`. */
export function walk({ table, ranges, bounds, max }: Walk): Sql {
  const from = raw(table);
  if (ranges.length === 0) {
    const newest = sql`select * from ${from} where ${join([sql`true`, ...bounds], " and ")} order by id desc limit ${max}::int`;
    return sql`(select w.*, ${placeAndLast} from (${newest}) w)`;
  }
  const walks = ranges.map((range) => sql`(${newestIds(from, range, bounds)} limit ${max}::int)`);
  const ids = sql`(select id from (${join(walks, " union all ")}) ids order by id desc limit ${max}::int)`;
  // One by one, by their key: a join might merge them with the whole of the table.
  return sql`(select r.*, i.walked, i.place, i.last from (select ${placeAndLast} from ${ids} w) i
    cross join lateral (select * from ${from} where id = i.walked offset 0) r)`;
}

/**
 * Said as a span with both ends the same, and in its order, so that only the range's own index will do. Of an equality Postgres knows
 * that the primary key has that order, too, and goes down it past everybody else's rows: as quick, unless the range has fallen silent.
 */
function newestIds(from: Sql, { where, by }: Range, bounds: readonly Sql[]): Sql {
  const conditions = [...(where ? [where] : []), ...bounds];
  if (!by) return sql`select id from ${from} where ${join(conditions, " and ")} order by id desc`;
  const column = raw(by[0]);
  const span = sql`${column} >= ${by[1]} and ${column} <= ${by[1]}`;
  return sql`select id from ${from} where ${join([span, ...conditions], " and ")} order by ${column}, id desc`;
}

/** `walked` is the id once more, by whose order a page is cut: of the row's own Postgres does not see that it is the same. */
const placeAndLast = sql`w.id as walked, row_number() over (order by w.id desc)::int as place, lead(w.id) over (order by w.id desc) is null as last`;
