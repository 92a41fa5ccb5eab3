import { readdir, readFile } from "node:fs/promises";

/** Processes by the part they play, each with all its children. */
export type Parts<Part extends string = string> = Record<Part, readonly number[]>;

/** The bench's own process: it sends the load. Its children are everybody else, and not its own. */
export const loadPid = process.pid;

/**
 * What an act costs in CPU time, in ms by part: unlike its duration, it does not grow with what else the machine does. From /proc,
 * so on Linux only; elsewhere every part costs the least that can be told.
 */
export async function watchCpu<Part extends string, Value>(
  parts: Parts<Part>,
  act: () => Promise<Value>,
): Promise<{ value: Value; cpuMs: Record<Part, number> }> {
  const before = await readParts(parts);
  const value = await act();
  const after = await readParts(parts);
  const names = Object.keys(parts) as Part[];
  const costs = names.map((name) => [name, Math.max(leastMs, after[name] - before[name])] as const);
  const cpuMs = Object.fromEntries(costs) as Record<Part, number>;
  return { value, cpuMs };
}

async function readParts<Part extends string>(parts: Parts<Part>): Promise<Record<Part, number>> {
  const processes = await readProcesses();
  const names = Object.keys(parts) as Part[];
  const costs = names.map((name) => [name, parts[name].reduce((sum, pid) => sum + costOf(processes, pid), 0)] as const);
  return Object.fromEntries(costs) as Record<Part, number>;
}

type Process = { pid: number; parent: number; ms: number };

/** With the children that live; those that ended are in the time of their parent. */
function costOf(processes: readonly Process[], pid: number): number {
  const own = processes.find((each) => each.pid === pid)?.ms ?? 0;
  if (pid === loadPid) return own;
  const children = processes.filter(({ parent }) => parent === pid);
  return children.reduce((sum, child) => sum + costOf(processes, child.pid), own);
}

async function readProcesses(): Promise<Process[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  return stats.flatMap((stat) => readStat(stat) ?? []);
}

/** USER_HZ, 100 on every Linux that Node runs on. */
const tickMs = 10;
/** Less than a tick cannot be told from nothing, and nothing has no ratio. */
const leastMs = tickMs / 2;

/** proc(5): after the name in brackets come state, parent, …; the 14th to 17th field are user and system time, own and of ended children. */
export function readStat(stat: string): Process | null {
  const end = stat.lastIndexOf(")");
  if (end < 0) return null;
  const fields = stat.slice(end + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number.parseInt(stat, 10), parent: Number(fields[1]), ms: ticks * tickMs };
}
