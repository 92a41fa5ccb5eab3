import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { lockHome } from "./lock-home.ts";
import { pickPort } from "./pick-port.ts";
import type { RunFile } from "./run-file.ts";
import { writeFileWhole } from "./write-file-whole.ts";

/** Made once, at the first start of a home, and kept: what is encrypted or signed with them must stay readable. */
export type Secrets = {
  darkroom_secret: string;
  postgres_password: string;
  admin_password: string;
  fal_key: string;
  /** The demo tenant's key per database (see `databaseId` in create-api-key.ts), because only its hash is stored there. */
  api_keys: Record<string, string>;
};

export type Home = {
  dir: string;
  path(...parts: string[]): string;
  secrets: Secrets;
  rememberApiKey(databaseId: string, key: string): void;
  /** A port for `part`: the wanted one, or the same as last time, so that URLs survive a restart; another if it is taken. */
  port(part: string, wanted?: number): Promise<number>;
  writeRunFile(run: RunFile): void;
  /** Removes run.json and the lock. */
  close(): void;
};

export type OpenedHome =
  | { outcome: "opened"; home: Home }
  /** `apiUrl` is missing while the other one is still starting. */
  | { outcome: "running"; pid: number; dir: string; apiUrl: string | undefined };

/** Opens the folder that holds everything the local stack keeps. One process at a time. */
export function openHome(folder: string): OpenedHome {
  const dir = resolve(folder);
  const path = (...parts: string[]) => join(dir, ...parts);
  const runFile = path("run.json");
  const lock = lockHome(dir);
  if (lock.outcome === "running")
    return { outcome: "running", pid: lock.pid, dir, apiUrl: readJson<RunFile>(runFile)?.api_url };
  // From a run that ended without notice.
  rmSync(runFile, { force: true });
  const secrets = loadSecrets(path("secrets.json"));
  const home: Home = {
    dir,
    path,
    secrets,
    rememberApiKey(databaseId, key) {
      secrets.api_keys[databaseId] = key;
      writeFileWhole(path("secrets.json"), secrets);
    },
    port: rememberedPorts(path("ports.json")),
    writeRunFile: (run) => writeFileWhole(runFile, run),
    close() {
      rmSync(runFile, { force: true });
      lock.unlock();
    },
  };
  return { outcome: "opened", home };
}

function loadSecrets(file: string): Secrets {
  const known = readJson<Partial<Secrets>>(file) ?? {};
  const secrets: Secrets = {
    darkroom_secret: random(32),
    postgres_password: random(16),
    admin_password: random(12),
    fal_key: `${random(8)}:${random(16)}`,
    api_keys: {},
    ...known,
  };
  writeFileWhole(file, secrets);
  return secrets;
}

function random(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}

function rememberedPorts(file: string): Home["port"] {
  const ports = readJson<Record<string, number>>(file) ?? {};
  return async (part, wanted) => {
    const port = await pickPort(wanted ?? ports[part]);
    ports[part] = port;
    writeFileWhole(file, ports);
    return port;
  };
}

/** Undefined if there is no such file. A broken one is a surprise: silently making new secrets would lose data. */
function readJson<T>(file: string): T | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new Error(`${file} is not valid JSON: mend it, or remove the home folder to start afresh.`, { cause });
  }
}
