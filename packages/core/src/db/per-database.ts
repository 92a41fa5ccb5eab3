import type { Queries } from "./database.ts";

/** One door for each database, made when it is first gone through: calls can only come together where they go to the same one. */
export function perDatabase<Db extends Queries, Item, Result>(
  open: (db: Db) => (item: Item) => Promise<Result>,
): (db: Db, item: Item) => Promise<Result> {
  const doors = new WeakMap<Db, (item: Item) => Promise<Result>>();
  return (db, item) => {
    const known = doors.get(db);
    if (known) return known(item);
    const door = open(db);
    doors.set(db, door);
    return door(item);
  };
}
