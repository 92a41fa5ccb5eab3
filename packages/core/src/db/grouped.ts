import { inGroups } from "../in-groups.ts";
import { type Queries, wasRefused } from "./database.ts";
import { perDatabase } from "./per-database.ts";

/** Some tens of KB of what a usual job brings along; of the largest, 25 MB. */
const itemsMax = 100;

/**
 * A store function whose calls, where they come together on one database, become one statement: `act` does several at once and
 * answers each in its place. Every call has its own outcome; one that Postgres refuses fails alone. `keyOf`: calls of one key
 * follow each other.
 */
export function grouped<Db extends Queries, Item, Result>(
  act: (db: Db, items: readonly Item[]) => Promise<readonly Result[]>,
  options: { keyOf?(item: Item): string } = {},
): (db: Db, item: Item) => Promise<Result> {
  return perDatabase((db) => inGroups((items) => act(db, items), { ...options, itemsMax, wasRefused }));
}
