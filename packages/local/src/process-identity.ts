import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** True if a process with this id runs, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return !isZombie(pid);
}

/** Ended, but not yet collected by its parent; a container's pid 1 may never do so. */
function isZombie(pid: number): boolean {
  return process.platform === "linux" && linuxStat(pid)?.[0] === "Z";
}

/**
 * When a process started, as text that only this process has: pids are used again, above all in containers.
 * Undefined if it does not run.
 */
export function processStart(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  return process.platform === "linux" ? linuxStart(pid) : psStart(pid);
}

/** Boot, and clock ticks since then. */
function linuxStart(pid: number): string | undefined {
  const ticks = linuxStat(pid)?.[19];
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return ticks && `${boot}/${ticks}`;
}

/** Fields 3 (state) and up of /proc/[pid]/stat, those after the name in parentheses; 22 is the start time (proc(5)). */
function linuxStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function psStart(pid: number): string | undefined {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}
