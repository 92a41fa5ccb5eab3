import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "../generated/prisma/client.ts";

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
export type Database = PrismaClient;

/** Longest a statement may run before Postgres ends it: far above any of ours, far below a human's patience. */
const statementTimeoutMs = 15_000;
/** Longest a caller waits for a free connection; then the API answers 503 rather than pile up. */
const connectionTimeoutMs = 5_000;

/** Opens a pool; nothing is connected until the first query. Close with `$disconnect()`. */
export function openDatabase(options: {
  url: string;
  poolMax: number;
  applicationName: string;
  /** Shorter, and reading only: for queries of people, who would rather be told than wait. */
  readsWithinMs?: number;
}): Database {
  const adapter = new PrismaPg({
    connectionString: options.url,
    max: options.poolMax,
    application_name: options.applicationName,
    connectionTimeoutMillis: connectionTimeoutMs,
    statement_timeout: options.readsWithinMs ?? statementTimeoutMs,
    keepAlive: true,
    ...(options.readsWithinMs ? { options: "-c default_transaction_read_only=on" } : {}),
  });
  const transactionOptions = { maxWait: connectionTimeoutMs, timeout: statementTimeoutMs };
  return new PrismaClient({ adapter, transactionOptions });
}

/** Runs one statement. Rows come with the names the statement gives its columns. */
export function query<Row>(db: Pick<PrismaClient, "$queryRaw">, statement: Sql): Promise<Row[]> {
  return db.$queryRaw<Row[]>(statement);
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
  const { code, message, meta } = (error ?? {}) as {
    code?: unknown;
    message?: unknown;
    meta?: { driverAdapterError?: unknown };
  };
  if (typeof code === "string" && unavailableCodes.has(code)) return true;
  // Prisma wraps whatever fails in a raw statement as P2010, with the driver's view of it inside.
  const { kind, originalCode } = (meta?.driverAdapterError as { cause?: DriverFailure } | undefined)?.cause ?? {};
  if (kind && unavailableKinds.has(kind)) return true;
  if (originalCode && unavailableStates.test(originalCode)) return true;
  return typeof message === "string" && unavailableMessages.test(message);
}

/** True when Postgres ended a statement because it took too long. */
export function isStatementTimeout(error: unknown): boolean {
  const { message } = error as { message?: unknown };
  return codeOf(error) === "57014" || (typeof message === "string" && message.includes("due to statement timeout"));
}

/** True when Postgres refused what a statement wanted (a value, a constraint) or broke a deadlock with it: none of it was done. */
export function wasRefused(error: unknown): boolean {
  return refusedStates.test(codeOf(error) ?? "");
}

/** SQLSTATE, where Postgres gave one. */
function codeOf(error: unknown): string | undefined {
  const { meta } = error as { meta?: { driverAdapterError?: unknown } };
  return (meta?.driverAdapterError as { cause?: DriverFailure } | undefined)?.cause?.originalCode;
}

type DriverFailure = { kind?: string; originalCode?: string };

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
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;
