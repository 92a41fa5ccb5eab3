#!/usr/bin/env node
/**
 * node scripts/write-migration.mjs NAME [--empty]
 *
 * Writes prisma/migrations/<UTC time>_NAME/migration.sql with the SQL that leads from the previous migration to
 * prisma/schema.prisma, and a copy of that schema beside it: the next call compares with the copy, so that neither a database
 * nor Prisma's downloaded engine is needed. Add by hand what Prisma cannot express (partial indexes, checks).
 * A migration is one transaction: no BEGIN, no COMMIT. --empty writes one for SQL by hand although the schema is unchanged.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";

const prismaDir = fileURLToPath(new URL("../prisma", import.meta.url));
const migrationsDir = join(prismaDir, "migrations");

const { name, allowEmpty } = readArguments(process.argv.slice(2));
const previous = await previousSchema();
const schema = await readFile(join(prismaDir, "schema.prisma"), "utf8");
const sql = await diff(previous, schema);
if (/^\s*-- This is an empty migration\.\s*$/.test(sql) && !allowEmpty)
  fail("prisma/schema.prisma is what the last migration left. For SQL by hand, add --empty.");
const dir = await writeMigration();
console.log(`Wrote ${dir}/migration.sql. Read it before you commit it.`);

function readArguments(args) {
  const [name] = args.filter((arg) => !arg.startsWith("--"));
  if (!name || !/^[a-z][a-z0-9_]{0,60}$/.test(name))
    fail("Usage: node scripts/write-migration.mjs add_something [--empty]");
  return { name, allowEmpty: args.includes("--empty") };
}

/** The schema.prisma that lies beside the newest migration; undefined before the first. */
async function previousSchema() {
  const entries = await readdir(migrationsDir, { withFileTypes: true }).catch(() => []);
  const newest = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .at(-1);
  return newest && readFile(join(migrationsDir, newest, "schema.prisma"), "utf8");
}

async function diff(from, to) {
  const engine = await openEngine();
  const datamodel = (content) => ({ tag: "schemaDatamodel", files: [{ path: "schema.prisma", content }] });
  const result = await engine.diff({
    from: from === undefined ? { tag: "empty" } : datamodel(from),
    to: datamodel(to),
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return `${result.stdout.trim()}\n`;
}

/** The engine asks its database for the version when it opens, and nothing more for a diff of two schemas. */
async function openEngine() {
  const file = new URL("schema_engine_bg.wasm", import.meta.resolve("@prisma/schema-engine-wasm/schema_engine_bg"));
  const { instance } = await WebAssembly.instantiate(await readFile(file), { "./schema_engine_bg.js": bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const refuse = async () => fail("The schema engine asked for a database, which this tool works without.");
  const names = { provider: "postgres", adapterName: "no-database" };
  const database = { ...names, queryRaw, executeRaw: refuse, executeScript: refuse, startTransaction: refuse, dispose };
  const factory = { ...names, connect: async () => database, connectToShadowDb: refuse };
  return bindings.SchemaEngine.new({ datamodels: undefined }, () => {}, bindMigrationAwareSqlAdapterFactory(factory));
}

async function queryRaw({ sql }) {
  if (!sql.includes("server_version_num")) fail(`The schema engine asked a database: ${sql}`);
  // @prisma/driver-adapter-utils, ColumnTypeEnum: Boolean, Text, Int32.
  const columnTypes = [5, 7, 0];
  return {
    columnNames: ["exists", "version", "numeric_version"],
    columnTypes,
    rows: [[true, "PostgreSQL 15.0", 150_000]],
  };
}

async function dispose() {}

async function writeMigration() {
  const time = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const dir = join(migrationsDir, `${time}_${name}`);
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "migration.sql"), sql);
  await writeFile(join(dir, "schema.prisma"), schema);
  // Prisma's own CLI refuses a directory of migrations without it.
  await writeFile(join(migrationsDir, "migration_lock.toml"), 'provider = "postgresql"\n');
  return `prisma/migrations/${basename(dir)}`;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
