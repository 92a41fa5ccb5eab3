import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { chooseUser, commandAs, type RunAs } from "./choose-user.ts";
import { findPostgres } from "./find-postgres.ts";

export const postgresRole = "darkroom";
export const postgresDatabase = "darkroom";

/** Makes the data folder with the database in it, unless it exists. All or nothing: built beside, then renamed. */
export async function initPostgres(options: { dir: string; password: string; durable: boolean }): Promise<void> {
  if (await stat(options.dir).catch(() => undefined)) return;
  const { initdb, postgres } = await findPostgres();
  const building = `${options.dir}.new`;
  const passwordFile = `${options.dir}.password`;
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true, mode: 0o700 });
  const runAs = chooseUser({ programFile: postgres, dataDir: building });
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  try {
    await giveTo(runAs, building, passwordFile);
    await run(runAs, initdb, initdbArgs(building, passwordFile, options.durable));
    // Single-user mode needs no client library and no open port.
    const single = ["--single", "-D", building, "postgres"];
    await run(runAs, postgres, single, `CREATE DATABASE ${postgresDatabase}\n`);
    await rename(building, options.dir);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(building, { recursive: true, force: true });
  }
}

function initdbArgs(dir: string, passwordFile: string, durable: boolean): string[] {
  return [
    `--pgdata=${dir}`,
    `--username=${postgresRole}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // Postgres' own UTF-8 rules: the same on every machine, whichever locales it has.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
    ...(durable ? [] : ["--no-sync"]),
  ];
}

async function giveTo(runAs: RunAs, ...paths: string[]): Promise<void> {
  if (runAs.kind === "self") return;
  await Promise.all(paths.map((path) => chown(path, runAs.uid, runAs.gid)));
}

async function run(runAs: RunAs, file: string, args: string[], input = ""): Promise<void> {
  const command = commandAs(runAs, file, args);
  const child = spawn(command.file, command.args, {
    uid: command.uid,
    gid: command.gid,
    env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const output = collect(child);
  const [code, signal] = await once(child, "close").catch((error: Error) => [error.message]);
  if (code === 0) return;
  const advice = runAs.kind === "user" && runAs.reach === "capability" ? unreachable(runAs.name) : "";
  throw new Error(`${file} failed (${signal ?? code}).${advice}\n${output()}`);
}

function unreachable(user: string): string {
  return ` As root, Postgres runs as ${user}, who may not enter this folder: move it to one that others may enter, or set DATABASE_URL.`;
}

function collect(child: ChildProcess): () => string {
  let text = "";
  for (const pipe of [child.stdout, child.stderr])
    pipe?.on("data", (chunk) => {
      text = (text + chunk).slice(-4_000);
    });
  return () => text;
}
