import { readdir, readFile } from "node:fs/promises";
import { cloneDatabase, type TestDatabase } from "@darkroom/testing/clone-database";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "./migrate.ts";
import { noFilters, openSchemaEngine } from "./schema-engine.ts";

/**
 * Prisma cannot express partial indexes, check constraints and expression indexes: the migrations add them by hand, and say so
 * in the name. Everything else must be in schema.prisma too.
 */
const addedByHand = /_(partial|check|expr)$/;

const prismaDir = new URL("../../../../prisma/", import.meta.url);

let migrated: TestDatabase;
let pushed: TestDatabase;

beforeAll(async () => {
  [migrated, pushed] = await Promise.all([cloneDatabase({ from: "empty" }), cloneDatabase({ from: "empty" })]);
  await migrate(migrated.url);
  await push(pushed.url);
});

afterAll(async () => {
  await migrated?.drop();
  await pushed?.drop();
});

/** Makes the tables of schema.prisma directly, without any migration. */
async function push(url: string): Promise<void> {
  const content = await readFile(new URL("schema.prisma", prismaDir), "utf8");
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const engine = await openSchemaEngine(new PrismaPg(pool));
  const { stdout } = await engine.diff({
    from: { tag: "empty" },
    to: { tag: "schemaDatamodel", files: [{ path: "schema.prisma", content }] },
    script: true,
    exitCode: null,
    filters: noFilters,
  });
  await pool.query(stdout!);
  await pool.end();
}

const catalogQueries = {
  columns: `
    select c.relname || '.' || a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as "notNull",
           a.attidentity as identity, a.attgenerated as generated, pg_get_expr(d.adbin, d.adrelid) as "default"
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'v', 'm')
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped`,
  // Postgres 18 lists NOT NULL as constraints ('n') as well: the columns above have it.
  constraints: `
    select c.conname as name, c.conrelid::regclass::text as "table", pg_get_constraintdef(c.oid) as definition
    from pg_constraint c where c.connamespace = 'public'::regnamespace and c.contype <> 'n'`,
  indexes: `select indexname as name, indexdef as definition from pg_indexes where schemaname = 'public'`,
  enums: `
    select t.typname as name, array_agg(e.enumlabel::text order by e.enumsortorder) as labels
    from pg_enum e join pg_type t on t.oid = e.enumtypid
    where t.typnamespace = 'public'::regnamespace group by 1`,
};

type Kind = keyof typeof catalogQueries;

async function readCatalog(url: string, kind: Kind, only?: RegExp): Promise<Record<string, unknown>> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query(catalogQueries[kind]).finally(() => client.end());
  const mayBeByHand = kind === "constraints" || kind === "indexes";
  const wanted = (name: string) => (only ? only.test(name) : !(mayBeByHand && addedByHand.test(name)));
  const ours = rows.filter(({ name }) => !name.startsWith("_prisma_migrations") && wanted(name));
  return Object.fromEntries(ours.map(({ name, ...rest }) => [name, rest]));
}

test.each(["columns", "constraints", "indexes", "enums"] as const)(
  "the migrations and schema.prisma make the same %s",
  async (kind) => {
    const [byMigrations, bySchema] = await Promise.all([
      readCatalog(migrated.url, kind),
      readCatalog(pushed.url, kind),
    ]);
    expect(Object.keys(bySchema)).not.toHaveLength(0);
    expect(byMigrations).toEqual(bySchema);
  },
);

test("names say what they are: _partial has a WHERE, _check is a check", async () => {
  const indexes = Object.entries(await readCatalog(migrated.url, "indexes", /_partial$/));
  for (const [, index] of indexes) expect(index).toMatchObject({ definition: expect.stringContaining(" WHERE ") });
  const checks = Object.entries(await readCatalog(migrated.url, "constraints", /_check$/));
  for (const [, check] of checks) expect(check).toMatchObject({ definition: expect.stringMatching(/^CHECK /) });
});

test("the last migration has the schema it led to beside it: the next one is written as the difference to that", async () => {
  const entries = await readdir(new URL("migrations/", prismaDir), { withFileTypes: true });
  const last = entries
    .flatMap((entry) => (entry.isDirectory() ? entry.name : []))
    .sort()
    .at(-1);
  const kept = await readFile(new URL(`migrations/${last}/schema.prisma`, prismaDir), "utf8");
  expect(kept).toBe(await readFile(new URL("schema.prisma", prismaDir), "utf8"));
});
