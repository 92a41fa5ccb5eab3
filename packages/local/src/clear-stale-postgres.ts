import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isAlive } from "./process-identity.ts";

const stopTimeoutMs = 30_000;

/**
 * After a crash `postmaster.pid` stays behind. Postgres would refuse to start if that pid lives again as another program
 * (containers count pids from 1), and a Postgres that outlived its guard would hold the folder: both are settled here.
 * The home's lock makes sure that nobody else runs on it.
 */
export async function clearStalePostgres(dir: string): Promise<void> {
  const file = join(dir, "postmaster.pid");
  const pid = Number((await readFile(file, "utf8").catch(() => "")).split("\n")[0]);
  if (!pid) return;
  if (await isPostgres(pid, dir)) await stopOrphan(pid);
  await rm(file, { force: true });
}

async function stopOrphan(pid: number): Promise<void> {
  process.kill(pid, "SIGINT");
  const startedAt = performance.now();
  while (isAlive(pid)) {
    if (performance.now() - startedAt > stopTimeoutMs) throw new Error(`An old Postgres (pid ${pid}) does not stop.`);
    await pause(50);
  }
}

/** Where there is no /proc we trust the pid file, as Postgres itself does. */
async function isPostgres(pid: number, dir: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== "linux") return true;
  const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
  return basename(words[0] ?? "") === "postgres" && words.includes(dir);
}
