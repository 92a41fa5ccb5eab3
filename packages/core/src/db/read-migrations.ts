import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** One directory of prisma/migrations. */
export type Migration = { name: string; sql: string };

/** Reads `<dir>/<name>/migration.sql` for every directory, oldest first: their names start with the time they were written. */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => ({ name, sql: await readFile(join(dir, name, "migration.sql"), "utf8") })),
  );
}
