import { type Database, isDatabaseUnavailable, openDatabase } from "@darkroom/core/db/database";
import { migrate } from "@darkroom/core/db/migrate";
import { findDatabaseUrl } from "./find-database-url.ts";

/** What a command line touches outside itself; tests bring their own. */
export type World = {
  env: Record<string, string | undefined>;
  cwd: string;
  now(): Date;
  write(text: string): unknown;
  writeError(text: string): unknown;
  /** For a command that goes on until it is told to end: asked once, and aborted then. */
  untilStopped?(): AbortSignal;
};

/** What a command has to say: `json` for programs, `text` for people. A refusal goes to stderr and makes the exit code 1. */
export type Outcome = { json: Record<string, unknown>; text: string } | { refusal: string };

export type Workplace = { db: Database; applied: string[]; now: Date };
export type Answer = (workplace: Workplace) => Promise<Outcome>;

/** Finds the database, brings it up to date, does the work, and says what came of it. Answers the exit code. */
export async function withDatabase(world: World, command: { json: boolean; work: Answer }): Promise<number> {
  const found = findDatabaseUrl(world);
  const outcome = found.outcome === "found" ? await run(world, found.url, command.work) : { refusal: found.reason };
  if ("refusal" in outcome) {
    world.writeError(`${outcome.refusal}\n`);
    return 1;
  }
  world.write(command.json ? `${JSON.stringify(outcome.json)}\n` : `${outcome.text}\n`);
  return 0;
}

async function run(world: World, url: string, work: Answer): Promise<Outcome> {
  try {
    const { applied } = await migrate(url);
    const db = openDatabase({ url, poolMax: 2, applicationName: "darkroom-cli" });
    return await work({ db, applied, now: world.now() }).finally(() => db.$disconnect());
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    return { refusal: `The database at ${hostOf(url)} cannot be reached: ${(error as Error).message}` };
  }
}

/** Before the pool exists the driver's own errors come through, with codes of the network or of Postgres' login. */
const connectionCodes = new Set(["ECONNREFUSED", "ENOTFOUND", "ETIMEDOUT", "EAI_AGAIN", "28P01", "28000", "3D000"]);

function isUnreachable(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return isDatabaseUnavailable(error) || (typeof code === "string" && connectionCodes.has(code));
}

/** Without the password. */
function hostOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
