import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { Prisma, PrismaClient } from "../generated/prisma/client.ts";
import { pgTypes, toParameter } from "./pg-values.ts";
import { createStatementNames } from "./statement-names.ts";

export const { sql, join, empty, raw } = Prisma;
export type Sql = Prisma.Sql;

/** What a store function needs: the client itself, or a transaction of it. */
export type Db = Pick<
  PrismaClient,
  | "$queryRaw"
  | "tenant"
  | "apiKey"
  | "job"
  | "attempt"
  | "falReceipt"
  | "output"
  | "file"
  | "timelineEntry"
  | "batch"
  | "endpoint"
  | "signingSecret"
  | "deliveryAttempt"
>;
/** Runs raw statements. */
export type Queries = Pick<PrismaClient, "$queryRaw">;

export type Database = PrismaClient & {
  /**
   * Runs raw statements in a transaction: all of `work` or, if it throws, nothing. Quicker than `$transaction`, which is for models.
   * `lock`: the advisory lock under which it happens, had before the first statement looks at anything.
   */
  $transact<Value>(work: (tx: Queries) => Promise<Value>, options?: { lock?: number }): Promise<Value>;
};

/** Longest a statement may run before Postgres ends it: far above any of ours, far below a human's patience. */
const statementTimeoutMs = 15_000;
/** Beyond which a statement that Postgres should have ended has no answer: the network swallows it, and TCP alone would wait for minutes. */
const silenceMs = 5_000;
/** Longest a caller waits for a free connection; then the API answers 503 rather than pile up. */
const connectionTimeoutMs = 5_000;

export type DatabaseOptions = {
  url: string;
  poolMax: number;
  applicationName: string;
  /** Shorter, and reading only: for queries of people, who would rather be told than wait. */
  readsWithinMs?: number;
  /** Longer than any statement that serves somebody may take: for what nobody waits for. */
  withinMs?: number;
  /** Whether frequent statements are prepared once per connection. Default: they are. */
  prepare?: boolean;
};

/**
 * Opens a pool; nothing is connected until the first query. Close with `$disconnect()`. Models go through Prisma; raw statements,
 * nearly all of ours, go to the same pool past Prisma's engine, which costs as much again as the driver.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = openPool(options);
  const nameOf = (options.prepare ?? true) ? createStatementNames() : () => undefined;
  const prisma = new PrismaClient({
    // Its own statements stay unnamed: their lists of ids have any length.
    adapter: new PrismaPg(pool, {
      statementNameGenerator: ({ sql: text }) => (isOurs(text) ? (nameOf(text) ?? "") : ""),
    }),
    transactionOptions: { maxWait: connectionTimeoutMs, timeout: statementTimeoutMs },
  });
  const direct = {
    $queryRaw: (...given: Raw) => run(pool, given, nameOf),
    $transact: <Value>(work: (tx: Queries) => Promise<Value>, { lock }: { lock?: number } = {}) =>
      transact(pool, lock === undefined ? "begin" : `begin; select pg_advisory_xact_lock(${lock})`, work, nameOf),
    $disconnect: async () => {
      await prisma.$disconnect();
      if (!pool.ending) await pool.end();
    },
  };
  return new Proxy(prisma, {
    get: (target, key) => Reflect.get(Object.hasOwn(direct, key) ? direct : target, key),
  }) as Database;
}

function openPool(options: DatabaseOptions): pg.Pool {
  const withinMs = options.readsWithinMs ?? options.withinMs ?? statementTimeoutMs;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax,
    application_name: options.applicationName,
    connectionTimeoutMillis: connectionTimeoutMs,
    statement_timeout: withinMs,
    query_timeout: withinMs + silenceMs,
    keepAlive: true,
    ...(options.readsWithinMs ? { options: "-c default_transaction_read_only=on" } : {}),
  });
  // A lost connection fails the query that needs it, with the reason.
  pool.on("error", () => {});
  return pool;
}

/** Prisma quotes every name it knows. */
function isOurs(text: string): boolean {
  return !text.includes('"public".');
}

/** Of $queryRaw: a statement, or the parts of a template. */
type Raw = [Sql] | [TemplateStringsArray, ...unknown[]];
type Names = (text: string) => string | undefined;

async function run(on: pg.Pool | pg.PoolClient, given: Raw, nameOf: Names): Promise<unknown[]> {
  const [first, ...rest] = given;
  const statement = "text" in first ? first : sql(first, ...rest);
  const { text } = statement;
  const name = anew.has(statement) ? undefined : nameOf(text);
  const values = statement.values.map(toParameter);
  const { rows } = await on.query<Record<string, unknown>>({ name, text, values, types: pgTypes });
  return rows;
}

async function transact<Value>(
  pool: pg.Pool,
  begin: string,
  work: (tx: Queries) => Promise<Value>,
  nameOf: Names,
): Promise<Value> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const note = (error: Error) => {
    broken = error;
  };
  // Between two statements nobody else hears of it, and an error that nobody hears ends the process.
  client.on("error", note);
  try {
    await client.query(begin);
    const value = await work({ $queryRaw: (...given: Raw) => run(client, given, nameOf) } as Queries);
    await client.query("commit");
    return value;
  } catch (error) {
    // On a connection that does not answer a rollback would wait as long again; Postgres rolls back when it is closed.
    if (isSilence(error)) note(error as Error);
    else await client.query("rollback").catch(note);
    throw error;
  } finally {
    client.off("error", note);
    client.release(broken);
  }
}

/** pg's words for query_timeout. */
function isSilence(error: unknown): boolean {
  return (error as Error).message === "Query read timeout";
}

/** Runs one statement. Rows come with the names the statement gives its columns. */
export function query<Row>(db: Queries, statement: Sql): Promise<Row[]> {
  return db.$queryRaw<Row[]>(statement);
}

const anew = new WeakSet<Sql>();

/** For a statement whose best plan depends on its values, e.g. a list with filters: Postgres plans it for them each time. */
export function plannedAnew(statement: Sql): Sql {
  anew.add(statement);
  return statement;
}

/** `t.tenant_id as "tenantId", …` for every scalar field of a model: a raw statement then returns rows of Prisma's own type. */
export function columnsOf(fields: Record<string, string>, alias: string): Sql {
  const columns = Object.values(fields).map((field) => `${alias}.${snakeCase(field)} as "${field}"`);
  return raw(columns.join(", "));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** True when `error` says that the database cannot be reached or is shutting down: the caller may try again later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === "string" && unavailableCodes.has(code)) return true;
  const { kind } = driverFailure(error);
  if (kind && unavailableKinds.has(kind)) return true;
  if (unavailableStates.test(codeOf(error) ?? "")) return true;
  return typeof message === "string" && unavailableMessages.test(message);
}

/** True when Postgres ended a statement because it took too long. */
export function isStatementTimeout(error: unknown): boolean {
  const { message } = (error ?? {}) as { message?: unknown };
  return codeOf(error) === "57014" || (typeof message === "string" && message.includes("due to statement timeout"));
}

/** True when Postgres refused what a statement wanted (a value, a constraint) or broke a deadlock with it: none of it was done. */
export function wasRefused(error: unknown): boolean {
  return refusedStates.test(codeOf(error) ?? "");
}

/** SQLSTATE, where Postgres gave one: pg has it as the error's code, Prisma inside. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof pg.DatabaseError) return error.code;
  return driverFailure(error).originalCode;
}

type DriverFailure = { kind?: string; originalCode?: string };

type Wrapped = { name?: string; cause?: DriverFailure; meta?: { driverAdapterError?: { cause?: DriverFailure } } };

/** Prisma wraps whatever fails in a statement, with the driver's view of it inside; what fails at a commit comes as that view itself. */
function driverFailure(error: unknown): DriverFailure {
  const { cause, meta, name } = (error ?? {}) as Wrapped;
  return meta?.driverAdapterError?.cause ?? (name === "DriverAdapterError" ? cause : undefined) ?? {};
}

/** Prisma's P1xxx connection errors, P2024 and P2028 (no connection or transaction in time), and the network's own. */
const unavailableCodes = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "ECONNREFUSED", "ECONNRESET"]);
/** What PrismaPg calls them. */
const unavailableKinds = new Set([
  "DatabaseNotReachable",
  "ConnectionClosed",
  "SocketTimeout",
  "TooManyConnections",
  "TransactionAlreadyClosed",
]);
/** SQLSTATE: connection exceptions, too many connections, shutting down, crashed, starting up (PostgreSQL: appendix A). */
const unavailableStates = /^(08...|53300|57P0[123])$/;
/** Bad data, broken constraint, transaction rolled back, a limit of Postgres exceeded. */
const refusedStates = /^(22|23|40|54)...$/;
/** pg's own errors have words only. */
const unavailableMessages =
  /^(Query read timeout|Cannot use a pool after calling end|Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;
