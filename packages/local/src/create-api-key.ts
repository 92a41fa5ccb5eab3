import { execFile } from "node:child_process";

const timeoutMs = 60_000;

/** Names a database without its password, to remember which key belongs to which. */
export function databaseId(databaseUrl: string | undefined): string {
  if (!databaseUrl) return "embedded";
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}

/** Makes the tenant `demo`, if there is none, and a key for it, through the CLI (which also migrates). */
export async function createApiKey(cli: string, env: Record<string, string>): Promise<string> {
  const tenant = await runCli(cli, ["tenant", "create", "demo", "--if-missing", "--json"], env);
  const key = await runCli(cli, ["key", "create", "--tenant", "demo", "--json"], env);
  const made = key.ok ? parseKey(key.output) : undefined;
  if (made) return made;
  const outputs = [tenant, key].map(({ output }) => output.trim()).filter(Boolean);
  throw new Error(`No API key could be made:\n${outputs.join("\n")}`);
}

type CliResult = { ok: boolean; output: string };

function runCli(cli: string, args: string[], env: Record<string, string>): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { env, timeout: timeoutMs }, (error, stdout, stderr) => {
      resolve(error ? { ok: false, output: `${stdout}${stderr}` } : { ok: true, output: stdout });
    });
  });
}

function parseKey(output: string): string | undefined {
  try {
    const { key } = JSON.parse(output) as { key?: unknown };
    return typeof key === "string" ? key : undefined;
  } catch {
    return undefined;
  }
}
