import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processStart } from "./process-identity.ts";

type Holder = { pid: number; started: string | undefined };
export type HomeLock = { outcome: "locked"; unlock(): void } | { outcome: "running"; pid: number };

/**
 * Makes the home folder and takes it for this process. A lock whose process is gone (pid and start time are compared, since
 * pids are used again) is taken over.
 */
export function lockHome(home: string): HomeLock {
  // Others may pass through, not look: as root Postgres runs as another user, below this folder.
  mkdirSync(home, { recursive: true, mode: 0o711 });
  const file = join(home, "lock");
  for (;;) {
    if (create(file)) return { outcome: "locked", unlock: () => rmSync(file, { force: true }) };
    const text = read(file);
    const holder = parse(text);
    if (holder && processStart(holder.pid) !== undefined && processStart(holder.pid) === holder.started)
      return { outcome: "running", pid: holder.pid };
    removeStale(file, text);
  }
}

/** A link appears with its whole content or not at all: nobody can read a half-written lock. */
function create(file: string): boolean {
  const holder: Holder = { pid: process.pid, started: processStart(process.pid) };
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Of two who find the same stale lock, the second must not remove what the first has just made. */
function removeStale(file: string, stale: string): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== stale) linkSync(aside, file);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
  rmSync(aside, { force: true });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}
