import { readFile } from "node:fs/promises";

type CallFrame = { functionName: string; url: string; lineNumber: number };
type Node = { id: number; callFrame: CallFrame; children?: number[] };
type Profile = { nodes: Node[]; samples: number[]; timeDeltas: number[] };

const linesMax = 20;

/** What a CPU profile says in lines: the busiest packages and functions, as shares of the time that was not idle. */
export async function readProfile(file: string): Promise<string[]> {
  return describeProfile(JSON.parse(await readFile(file, "utf8")) as Profile);
}

export function describeProfile(profile: Profile): string[] {
  const all = timesOf(profile);
  const busy = all.filter(({ node }) => !isNoise(node));
  const total = sum(busy.map(({ micros }) => micros));
  const wall = sum(all.map(({ micros }) => micros));
  const owners = ownersOf(profile.nodes);
  return [
    `  busy ${percent(total / wall)} of ${(wall / 1e6).toFixed(1)} s`,
    "  by package, with what it made Node and the system do:",
    ...top(busy, (node) => owners.get(node.id) ?? "?", total),
    "  by function, own time:",
    ...top(busy, nameOf, total),
  ];
}

type Timed = { node: Node; micros: number };

function timesOf({ nodes, samples, timeDeltas }: Profile): Timed[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return samples.flatMap((id, index) => {
    const node = byId.get(id);
    return node ? [{ node, micros: timeDeltas[index] ?? 0 }] : [];
  });
}

/** Waiting, and the profiler's own start (`dispatch` of node:inspector). */
function isNoise({ callFrame: { functionName, url } }: Node): boolean {
  return functionName === "(idle)" || (functionName === "dispatch" && url === "");
}

/** For every node the nearest package above it: a write to a socket belongs to whoever wrote. */
function ownersOf(nodes: readonly Node[]): Map<number, string> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ownerOf = (node: Node): string => {
    for (let at: Node | undefined = node; at; at = byId.get(parents.get(at.id) ?? -1)) {
      const owner = packageOf(at.callFrame.url);
      if (owner) return owner;
    }
    return outermost(node.callFrame);
  };
  return new Map(nodes.map((node) => [node.id, ownerOf(node)]));
}

/** What no package is above: the engine itself, or Node between two events. */
function outermost({ functionName, url }: CallFrame): string {
  return functionName.startsWith("(") ? functionName : url || "node";
}

/** `apps/api`, `packages/core`, or the name of a package from the registry. */
function packageOf(url: string): string | null {
  const foreign = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  return foreign ?? /\/((?:apps|packages)\/[^/]+)\//.exec(url)?.[1] ?? null;
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: Node): string {
  const short = url.replace(/^.*\/node_modules\//, "").replace(/^.*\/(apps|packages)\//, "$1/");
  return `${functionName || "(anonymous)"}${short ? ` ${short}:${lineNumber + 1}` : ""}`;
}

function top(times: readonly Timed[], keyOf: (node: Node) => string, total: number): string[] {
  const sums = new Map<string, number>();
  for (const { node, micros } of times) sums.set(keyOf(node), (sums.get(keyOf(node)) ?? 0) + micros);
  const sorted = [...sums].sort(([, a], [, b]) => b - a).slice(0, linesMax);
  return sorted.map(([name, micros]) => `    ${percent(micros / total).padStart(6)}  ${name}`);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
