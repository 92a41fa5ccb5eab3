import { settleGroup, type Waiting } from "./settle-group.ts";

export type LineOptions<Item> = {
  /** Whom an item waits behind: those of one line go in their order, one group of them at a time. */
  lineOf(item: Item): string;
  sizeOf(item: Item): number;
  /** Of one group: an item that is larger by itself goes alone. */
  sizeMax: number;
  /** Whether an error of a group says that none of it was done: then each item is tried alone, and only the one at fault fails. */
  wasRefused(error: unknown): boolean;
};

/** Lines under way at most: few enough to leave connections for everything else. */
const linesMax = 4;

/**
 * Does together what waits for the same thing, e.g. a row that one transaction after the other must hold: however many wait in a
 * line, one connection waits for them, and the next group is all that came meanwhile. Lines take turns.
 * `act` answers one result per item, in their order.
 */
export function inLines<Item, Result>(
  act: (items: readonly Item[]) => Promise<readonly Result[]>,
  options: LineOptions<Item>,
): (item: Item) => Promise<Result> {
  /** In the order in which they are served: a Map keeps that of insertion. */
  const lines = new Map<string, Waiting<Item, Result>[]>();
  const busy = new Set<string>();
  let isStarting = false;

  const serve = (name: string, line: Waiting<Item, Result>[]) => {
    const group = nextGroup(line, options);
    const rest = line.slice(group.length);
    lines.delete(name);
    if (rest.length > 0) lines.set(name, rest);
    busy.add(name);
    void settleGroup(act, group, options.wasRefused).then(() => {
      busy.delete(name);
      start();
    });
  };
  const start = () => {
    isStarting = false;
    for (const [name, line] of [...lines]) {
      if (busy.size >= linesMax) return;
      if (!busy.has(name)) serve(name, line);
    }
  };
  return (item) =>
    new Promise<Result>((resolve, reject) => {
      const name = options.lineOf(item);
      const line = lines.get(name) ?? [];
      line.push({ item, resolve, reject });
      lines.set(name, line);
      // Once what this turn of the event loop has read is here.
      if (!isStarting) setImmediate(start);
      isStarting = true;
    });
}

/** Those that have waited longest, as many as a group may hold. */
function nextGroup<Item, Each extends { item: Item }>(
  line: readonly Each[],
  { sizeMax, sizeOf }: LineOptions<Item>,
): Each[] {
  let size = 0;
  const end = line.findIndex(({ item }, place) => {
    size += sizeOf(item);
    return size > sizeMax && place > 0;
  });
  return end === -1 ? [...line] : line.slice(0, end);
}
