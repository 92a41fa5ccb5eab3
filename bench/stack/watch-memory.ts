import { readFile } from "node:fs/promises";

const everyMs = 20;

/** Watches how far a process's resident memory rises above where it was. From /proc, so on Linux only; elsewhere it answers 0. */
export async function watchMemory(pid: number): Promise<{ grownMegabytes(): Promise<number> }> {
  const before = await residentBytes(pid);
  let peak = before;
  const timer = setInterval(async () => {
    peak = Math.max(peak, await residentBytes(pid));
  }, everyMs);
  return {
    grownMegabytes: async () => {
      clearInterval(timer);
      return Math.max(peak, await residentBytes(pid)) / 1e6 - before / 1e6;
    },
  };
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}
