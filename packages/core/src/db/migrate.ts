import { fileURLToPath } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import type { SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import pg from "pg";
import { type Migration, readMigrations } from "./read-migrations.ts";
import { noFilters, openSchemaEngine } from "./schema-engine.ts";

/** From src/db and from dist/db alike: the repository's prisma/migrations, which images ship beside packages/. */
const repositoryMigrations = fileURLToPath(new URL("../../../../prisma/migrations", import.meta.url));

/** The lock of Prisma's own engine (schema-engine, pg_advisory_lock): `prisma migrate deploy` waits for us and we for it. */
const lockKey = 72_707_369;
/** A first start may find another process in a long migration; longer than this is for a person to look at. */
const lockTimeoutMs = 300_000;
const connectionTimeoutMs = 10_000;
/** Postgres' code for a table that does not exist. */
const undefinedTable = "42P01";

export type MigrateOptions = { migrationsDir?: string; lockTimeoutMs?: number };

/** A migration's SQL was refused. Nothing of it was kept; it is tried again by the next call. */
export class MigrationFailedError extends Error {
  override readonly name = "MigrationFailedError";
  readonly migration: string;

  constructor(migration: string, reason: string, options: ErrorOptions) {
    super(`Migration ${migration} failed and was rolled back: ${reason}`, options);
    this.migration = migration;
  }
}

/**
 * Brings the database up to prisma/migrations; every process calls it at boot. One query when there is nothing to do; otherwise
 * one process works while the others wait. All of it happens on one connection, which a transaction pooler must not split.
 */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<{ applied: string[] }> {
  const dir = options.migrationsDir ?? repositoryMigrations;
  const migrations = await readMigrations(dir);
  // A pool because Prisma's adapter wants one; of one connection that is never idled out, because the lock lives in it.
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: connectionTimeoutMs,
    application_name: "darkroom-migrate",
  });
  pool.on("error", () => {}); // A lost connection fails the query that needs it, with the reason.
  try {
    if (await isUpToDate(pool, migrations)) return { applied: [] };
    await lock(pool, options.lockTimeoutMs ?? lockTimeoutMs);
    await giveUpInterrupted(pool);
    return { applied: await apply(pool, dir, migrations) };
  } finally {
    await pool.end(); // Gives the lock back, too.
  }
}

async function isUpToDate(pool: pg.Pool, migrations: Migration[]): Promise<boolean> {
  const finished = await ifMigrationsTableExists(
    pool.query<{ migration_name: string }>(
      `SELECT migration_name FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
    ),
  );
  const names = new Set(finished?.rows.map((row) => row.migration_name));
  return migrations.every((migration) => names.has(migration.name));
}

async function lock(pool: pg.Pool, timeoutMs: number): Promise<void> {
  await pool.query(`SET lock_timeout = ${Math.trunc(timeoutMs)}`);
  // The engine takes the same lock again inside: a session may hold it twice.
  await pool.query("SELECT pg_advisory_lock($1)", [lockKey]);
  await pool.query("SET lock_timeout = 0");
}

/**
 * Under the lock nobody else migrates, and runScript() finishes a migration in its own transaction: one that is not finished
 * left nothing behind. Prisma would stop here and ask for `migrate resolve --rolled-back`; we know the answer.
 */
async function giveUpInterrupted(pool: pg.Pool): Promise<void> {
  await ifMigrationsTableExists(
    pool.query(
      `UPDATE "_prisma_migrations" SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL`,
    ),
  );
}

async function apply(pool: pg.Pool, dir: string, migrations: Migration[]): Promise<string[]> {
  let failure: { script: string; error: Error } | undefined;
  const engine = await openSchemaEngine(
    wholeScripts(pool, (script, error) => {
      failure = { script, error };
    }),
  );
  try {
    const result = await engine.applyMigrations({ migrationsList: migrationList(dir, migrations), filters: noFilters });
    return result.appliedMigrationNames;
  } catch (error) {
    const failed = migrations.find((migration) => migration.sql === failure?.script);
    if (!failed || !failure) throw error;
    await giveUpInterrupted(pool);
    throw new MigrationFailedError(failed.name, describe(failure.error), { cause: failure.error });
  } finally {
    engine.free();
  }
}

/**
 * PrismaPg cuts scripts at every semicolon, also those in strings, comments and function bodies, and runs the pieces one by one.
 * Here a script goes to Postgres whole, as from Prisma's own engine: one implicit transaction, all or nothing.
 */
function wholeScripts(
  pool: pg.Pool,
  onFailure: (script: string, error: Error) => void,
): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(pool);
  const connect = async () => {
    const adapter = await factory.connect();
    adapter.executeScript = async (script) => {
      const run = adapter.executeRaw({ sql: finishing(script), args: [], argTypes: [] });
      await run.catch((error: Error) => {
        onFailure(script, error);
        throw error;
      });
    };
    return adapter;
  };
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect,
    connectToShadowDb: () => factory.connectToShadowDb(),
  };
}

/** The script and its entry in one transaction: a process killed between the two leaves no doubt. The engine then overwrites it. */
function finishing(script: string): string {
  // CREATE INDEX CONCURRENTLY refuses company: such a migration has one statement and is marked by the engine alone.
  if (/\bconcurrently\b/i.test(script)) return script;
  const finish = `UPDATE "_prisma_migrations" SET finished_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL`;
  return `${script}\n;\n${finish}`;
}

function migrationList(dir: string, migrations: Migration[]) {
  return {
    baseDir: dir,
    lockfile: { path: "migration_lock.toml", content: `provider = "postgresql"` },
    shadowDbInitScript: "",
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value: sql } },
    })),
  };
}

/** The adapter's errors carry Postgres' own words in their cause. */
function describe(error: Error): string {
  const cause = error.cause as { originalCode?: string; originalMessage?: string } | undefined;
  return cause?.originalMessage ? `${cause.originalMessage} (${cause.originalCode})` : error.message;
}

/** A fresh database has no table of migrations yet. */
async function ifMigrationsTableExists<T>(query: Promise<T>): Promise<T | undefined> {
  return query.catch((error: { code?: string }) => {
    if (error.code === undefinedTable) return undefined;
    throw error;
  });
}
