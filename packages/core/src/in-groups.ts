import { settleGroup, type Waiting } from "./settle-group.ts";

export type GroupOptions<Item> = {
  /** Most items of one group: keeps its statement, and what waits behind it, short. */
  itemsMax: number;
  /** Items of one key are never in one group: the later one goes after the first has been done. */
  keyOf?(item: Item): string;
  /** Whether an error of a group says that none of it was done: then each item is tried alone, and only the one at fault fails. */
  wasRefused(error: unknown): boolean;
};

/** Groups under way at most: few enough to leave connections for everything else. */
const groupsMax = 4;
/** How long a group waits for the one before it. Longer than a commit; a statement that waits for a lock holds nobody else up. */
const patienceMs = 50;

/**
 * Does together what arrives together. Nothing is ever held back for company: an item that comes while nothing is under way goes
 * at once, and what arrives until that is done makes up the next group. So a group is as large as the load is heavy.
 * `act` answers one result per item, in their order.
 */
export function inGroups<Item, Result>(
  act: (items: readonly Item[]) => Promise<readonly Result[]>,
  options: GroupOptions<Item>,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let underWay = 0;
  let isStarting = false;
  let impatience: NodeJS.Timeout | undefined;

  const start = () => {
    isStarting = false;
    clearTimeout(impatience);
    impatience = undefined;
    if (waiting.length === 0 || underWay >= groupsMax) return;
    underWay += 1;
    const { group, rest } = nextGroup(waiting, options);
    waiting = rest;
    void settleGroup(act, group, options.wasRefused).then(() => {
      underWay -= 1;
      start();
    });
    if (waiting.length > 0) look();
  };
  const look = () => {
    if (underWay === 0) {
      // Once what this turn of the event loop has read is here.
      if (!isStarting) setImmediate(start);
      isStarting = true;
    } else impatience ??= setTimeout(start, patienceMs);
  };
  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      look();
    });
}

/** Those that have waited longest, each key once. */
function nextGroup<Item, Each extends { item: Item }>(
  waiting: readonly Each[],
  { itemsMax, keyOf }: GroupOptions<Item>,
): { group: Each[]; rest: Each[] } {
  if (!keyOf) return { group: waiting.slice(0, itemsMax), rest: waiting.slice(itemsMax) };
  const group = new Map<string, Each>();
  const rest: Each[] = [];
  for (const one of waiting) {
    const key = keyOf(one.item);
    if (group.size < itemsMax && !group.has(key)) group.set(key, one);
    else rest.push(one);
  }
  return { group: [...group.values()], rest };
}
