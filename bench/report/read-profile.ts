import { readFile } from "node:fs/promises";

type CallFrame = { functionName: string; url: string; lineNumber: number };
type Profile = {
  nodes: { id: number; callFrame: CallFrame; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
};

const linesMax = 25;

/** What a CPU profile says in lines: the busiest packages and functions by own time, as shares of the time that was not idle. */
export async function readProfile(file: string): Promise<string[]> {
  const profile = JSON.parse(await readFile(file, "utf8")) as Profile;
  const own = ownTimes(profile);
  const idle = own.get("(idle)") ?? 0;
  const total = [...own.values()].reduce((sum, micros) => sum + micros, 0);
  const busy = Math.max(1, total - idle);
  const frames = [...own].filter(([name]) => name !== "(idle)");
  return [
    `  busy ${percent(busy / total)} of ${(total / 1e6).toFixed(1)} s`,
    "  by package:",
    ...top(groupBy(frames, packageOf), busy),
    "  by function (own time):",
    ...top(frames, busy),
  ];
}

function ownTimes({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const own = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? "?";
    own.set(name, (own.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  return own;
}

function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  if (!url) return functionName || "(native)";
  const short = url.replace(/^.*\/node_modules\//, "").replace(/^.*\/(apps|packages)\//, "$1/");
  return `${functionName || "(anonymous)"} ${short}:${lineNumber + 1}`;
}

function packageOf(name: string): string {
  const place = name.split(" ").at(-1) ?? "";
  if (place.startsWith("(") || !name.includes(" ")) return name;
  if (place.startsWith("node:")) return place.replace(/:\d+$/, "");
  const parts = place.split("/");
  return parts.slice(0, place.startsWith("@") || /^(apps|packages)/.test(place) ? 2 : 1).join("/");
}

function groupBy(frames: readonly [string, number][], keyOf: (name: string) => string): [string, number][] {
  const sums = new Map<string, number>();
  for (const [name, micros] of frames) sums.set(keyOf(name), (sums.get(keyOf(name)) ?? 0) + micros);
  return [...sums];
}

function top(frames: readonly [string, number][], busy: number): string[] {
  const sorted = [...frames].sort(([, a], [, b]) => b - a).slice(0, linesMax);
  return sorted.map(([name, micros]) => `    ${percent(micros / busy).padStart(6)}  ${name}`);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
