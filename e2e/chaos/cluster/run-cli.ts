import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { builtEntries } from "@darkroom/local/entries";

const timeoutMs = 60_000;

/** Runs one command of the built CLI and answers the JSON it prints. */
export async function runCli(databaseUrl: string, ...args: string[]): Promise<Record<string, unknown>> {
  const env = { PATH: process.env.PATH ?? "", DATABASE_URL: databaseUrl };
  const { stdout } = await promisify(execFile)(process.execPath, [builtEntries.cli, ...args, "--json"], {
    env,
    timeout: timeoutMs,
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}
