import { inLines, type LineOptions } from "../in-lines.ts";
import { type Database, wasRefused } from "./database.ts";
import { perDatabase } from "./per-database.ts";

/**
 * A store function whose calls, where they wait for the same lock, wait in a line (in-lines.ts): one call takes it for all that are
 * there. Every call has its own outcome; one that Postgres refuses fails alone.
 */
export function lined<Item, Result>(
  act: (db: Database, items: readonly Item[]) => Promise<readonly Result[]>,
  options: Omit<LineOptions<Item>, "wasRefused">,
): (db: Database, item: Item) => Promise<Result> {
  return perDatabase((db) => inLines((items) => act(db, items), { ...options, wasRefused }));
}
