import { inLines, type LineOptions } from "../in-lines.ts";
import { type Database, wasRefused } from "./database.ts";

/**
 * A store function whose calls, where they wait for the same lock, wait in a line (in-lines.ts): one call takes it for all that are
 * there. Every call has its own outcome; one that Postgres refuses fails alone.
 */
export function lined<Item, Result>(
  act: (db: Database, items: readonly Item[]) => Promise<readonly Result[]>,
  options: Omit<LineOptions<Item>, "wasRefused">,
): (db: Database, item: Item) => Promise<Result> {
  const doors = new WeakMap<Database, (item: Item) => Promise<Result>>();
  return (db, item) => {
    const known = doors.get(db);
    if (known) return known(item);
    const door = inLines((items: readonly Item[]) => act(db, items), { ...options, wasRefused });
    doors.set(db, door);
    return door(item);
  };
}
