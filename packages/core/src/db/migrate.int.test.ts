import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloneDatabase, type TestDatabase } from "@darkroom/testing/clone-database";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MigrationFailedError, migrate } from "./migrate.ts";

let database: TestDatabase;
let migrationsDir: string;

beforeEach(async () => {
  database = await cloneDatabase({ from: "empty" });
  migrationsDir = await mkdtemp(join(tmpdir(), "darkroom-migrations-"));
});

afterEach(async () => {
  await database.drop();
  await rm(migrationsDir, { recursive: true });
});

async function writeMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(migrationsDir, name), { recursive: true });
  await writeFile(join(migrationsDir, name, "migration.sql"), sql);
}

async function query(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(database.url);
  await client.connect();
  return (await client.query(sql, values).finally(() => client.end())).rows;
}

const run = () => migrate(database.url, { migrationsDir });
const tables = async () =>
  (await query("select tablename from pg_tables where schemaname = 'public' order by 1")).map((row) => row.tablename);

describe("migrate", () => {
  test("applies in order, then has nothing to do, then applies only what is new", async () => {
    await writeMigration("20260101000000_a", "create table a (id int)");
    await writeMigration("20260102000000_b", "alter table a add column b int;");
    expect(await run()).toEqual({ applied: ["20260101000000_a", "20260102000000_b"] });
    expect(await run()).toEqual({ applied: [] });
    await writeMigration("20260103000000_c", "alter table a add column c int; -- the end");
    expect(await run()).toEqual({ applied: ["20260103000000_c"] });
  });

  test("works once when several processes start together", async () => {
    await writeMigration("20260101000000_a", "create table a (id int); select pg_sleep(0.05);");
    await writeMigration("20260102000000_b", "create table b (id int);");
    const results = await Promise.all(Array.from({ length: 6 }, run));
    expect(results.flatMap((result) => result.applied).sort()).toEqual(["20260101000000_a", "20260102000000_b"]);
  });

  test("leaves the table that Prisma's own migrate reads", async () => {
    const sql = "create table a (id int);\n";
    await writeMigration("20260101000000_a", sql);
    await run();
    expect(await query(`select * from "_prisma_migrations"`)).toEqual([
      expect.objectContaining({
        migration_name: "20260101000000_a",
        checksum: createHash("sha256").update(sql).digest("hex"),
        applied_steps_count: 1,
        finished_at: expect.any(Date),
        rolled_back_at: null,
        logs: null,
      }),
    ]);
  });

  test("sends a script whole: semicolons in strings, comments and functions are not ends", async () => {
    await writeMigration(
      "20260101000000_a",
      `create table a (note text default 'one; two'); -- a comment; with a semicolon
       create function bump() returns int language plpgsql as $$ begin perform 1; return 2; end $$;
       insert into a default values;`,
    );
    await run();
    expect(await query("select note, bump() from a")).toEqual([{ note: "one; two", bump: 2 }]);
  });

  test("says which migration failed and why, keeps nothing of it, and tries it again once it is mended", async () => {
    await writeMigration("20260101000000_a", "create table a (id int)");
    await writeMigration("20260102000000_b", "create table b (id int); insert into nowhere values (1);");
    const failure = await run().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MigrationFailedError);
    expect(failure).toMatchObject({
      migration: "20260102000000_b",
      message: 'Migration 20260102000000_b failed and was rolled back: relation "nowhere" does not exist (42P01)',
    });
    expect(await tables()).toEqual(["_prisma_migrations", "a"]);
    await writeMigration("20260102000000_b", "create table b (id int);");
    expect(await run()).toEqual({ applied: ["20260102000000_b"] });
    expect(await run()).toEqual({ applied: [] });
  });

  test("goes on after a process was killed in the middle of a migration", async () => {
    await writeMigration("20260101000000_a", "create table a (id int)");
    await run();
    await writeMigration("20260102000000_b", "create table b (id int)");
    await query(
      `insert into "_prisma_migrations" (id, checksum, migration_name, started_at) values ('x', 'x', '20260102000000_b', now())`,
    );
    expect(await run()).toEqual({ applied: ["20260102000000_b"] });
  });

  test("runs CREATE INDEX CONCURRENTLY, which must be alone", async () => {
    await writeMigration("20260101000000_a", "create table a (id int)");
    await writeMigration("20260102000000_b", "-- no lock on a\ncreate index concurrently a_id on a (id);\n");
    expect((await run()).applied).toHaveLength(2);
    expect(await run()).toEqual({ applied: [] });
  });

  test("gives up when another session holds the lock too long", async () => {
    await writeMigration("20260101000000_a", "create table a (id int)");
    const other = new pg.Client(database.url);
    await other.connect();
    await other.query("select pg_advisory_lock(72707369)");
    await expect(migrate(database.url, { migrationsDir, lockTimeoutMs: 20 })).rejects.toThrow(/lock timeout/);
    await other.end();
  });

  test("leaves alone a database that is ahead, as during a rolling update", async () => {
    await writeMigration("20260101000000_a", "create table a (id int)");
    await writeMigration("20260102000000_b", "create table b (id int)");
    await run();
    await rm(join(migrationsDir, "20260102000000_b"), { recursive: true });
    expect(await run()).toEqual({ applied: [] });
  });
});
