import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Child, ChildSpec } from "./child.ts";
import { chooseUser, commandAs } from "./choose-user.ts";
import { clearStalePostgres } from "./clear-stale-postgres.ts";
import { findPostgres } from "./find-postgres.ts";
import { guardProgram } from "./guard-program.ts";
import { initPostgres, postgresDatabase, postgresRole } from "./init-postgres.ts";
import type { LogFile } from "./open-log.ts";
import { startChild } from "./start-child.ts";

export type PostgresOptions = {
  /** Data folder; made on the first start. Its parent must exist. */
  dir: string;
  port: number;
  password: string;
  /** False for data that nobody will miss (tests, the demo): no fsync, several times faster. */
  durable: boolean;
  /** Further settings, by their names in postgresql.conf. */
  settings?: Readonly<Record<string, string>>;
};

/** A real Postgres on 127.0.0.1 from npm, started and ready. */
export async function startPostgres(options: PostgresOptions, log: LogFile): Promise<Child & { url: string }> {
  const child = await startChild(await postgresChild(options), log);
  return { ...child, url: postgresUrl(options) };
}

export function postgresUrl(options: { port: number; password: string }, database = postgresDatabase): string {
  return `postgres://${postgresRole}:${options.password}@127.0.0.1:${options.port}/${database}`;
}

/** Who Postgres runs as, if not as we do. */
export async function postgresUser(dir: string): Promise<string | undefined> {
  const { postgres } = await findPostgres();
  const runAs = chooseUser({ programFile: postgres, dataDir: dir });
  return runAs.kind === "user" ? runAs.name : undefined;
}

/** The same as a specification for the supervisor. Makes the data folder if it is not there. */
export async function postgresChild(options: PostgresOptions): Promise<ChildSpec> {
  await initPostgres(options);
  const { postgres } = await findPostgres();
  const runAs = chooseUser({ programFile: postgres, dataDir: options.dir });
  const command = commandAs(runAs, postgres, serverArgs(options));
  return {
    name: "postgres",
    // SIGINT is Postgres' fast shutdown: sessions are ended, data are written (PostgreSQL manual, 18.5).
    ...guardProgram({ ...command, stopSignal: "SIGINT" }),
    // Not the user's environment: PGPORT, PGOPTIONS and the like would change our server.
    env: { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" },
    beforeStart: () => clearStalePostgres(options.dir),
    isReady: () => isReady(options.dir),
    // Recovery after a crash replays the log; minutes of it are more than a laptop makes.
    readyTimeoutMs: 120_000,
    stopTimeoutMs: 30_000,
  };
}

function serverArgs({ dir, port, durable, settings: further }: PostgresOptions): string[] {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    log_checkpoints: "off",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
    ...further,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", dir, "-p", String(port), ...flags];
}

/** As pg_ctl does it: the eighth line of postmaster.pid says `ready` (PostgreSQL: src/include/utils/pidfile.h). */
async function isReady(dir: string): Promise<boolean> {
  const text = await readFile(join(dir, "postmaster.pid"), "utf8").catch(() => "");
  return text.split("\n")[7]?.trim() === "ready";
}
