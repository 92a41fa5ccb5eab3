export type GroupOptions = {
  /** Most items of one group: keeps its statement, and what waits behind it, short. */
  itemsMax: number;
  /** Whether an error of a group says that none of it was done: then each item is tried alone, and only the one at fault fails. */
  wasRefused(error: unknown): boolean;
};

/** Groups under way at most: few enough to leave connections for everything else. */
const groupsMax = 4;
/** How long a group waits for the one before it. Longer than a commit; a statement that waits for a lock holds nobody else up. */
const patienceMs = 50;

type Waiting<Item, Result> = { item: Item; resolve(result: Result): void; reject(error: unknown): void };

/**
 * Does together what arrives together. Nothing is ever held back for company: an item that comes while nothing is under way goes
 * at once, and what arrives until that is done makes up the next group. So a group is as large as the load is heavy.
 * `act` answers one result per item, in their order.
 */
export function inGroups<Item, Result>(
  act: (items: readonly Item[]) => Promise<readonly Result[]>,
  options: GroupOptions,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let underWay = 0;
  let isStarting = false;
  let impatience: NodeJS.Timeout | undefined;

  const settle = async (group: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await act(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (group.length > 1 && options.wasRefused(error)) await Promise.all(group.map((one) => settle([one])));
      else for (const { reject } of group) reject(error);
    }
  };
  const start = () => {
    isStarting = false;
    clearTimeout(impatience);
    impatience = undefined;
    if (waiting.length === 0 || underWay >= groupsMax) return;
    underWay += 1;
    void settle(waiting.splice(0, options.itemsMax)).then(() => {
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
