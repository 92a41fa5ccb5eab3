import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { World } from "./with-database.ts";

export type FoundDatabase = { outcome: "found"; url: string } | { outcome: "missing"; reason: string };

const databaseUrl = z.url({ protocol: /^postgres(ql)?$/ });
const runFile = z.object({ database_url: databaseUrl });

/** DATABASE_URL, or else the database of the stack that runs in $DARKROOM_HOME (`npm start` writes its run.json). */
export function findDatabaseUrl({ env, cwd }: Pick<World, "env" | "cwd">): FoundDatabase {
  const given = env.DATABASE_URL;
  if (given) {
    if (databaseUrl.safeParse(given).success) return { outcome: "found", url: given };
    return missing("DATABASE_URL is wrong. Set it to postgres://user:password@host:5432/database.");
  }
  const file = runFileOf({ env, cwd });
  const parsed = runFile.safeParse(readJson(file));
  if (parsed.success) return { outcome: "found", url: parsed.data.database_url };
  return missing(`No database is known. Set DATABASE_URL, or start Darkroom here first (npm start writes ${file}).`);
}

/** What the stack that runs here says of itself; undefined if there is none. */
export function readRunFile(world: Pick<World, "env" | "cwd">): unknown {
  return readJson(runFileOf(world));
}

function runFileOf({ env, cwd }: Pick<World, "env" | "cwd">): string {
  return join(resolve(cwd, env.DARKROOM_HOME || ".darkroom"), "run.json");
}

function missing(reason: string): FoundDatabase {
  return { outcome: "missing", reason };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
