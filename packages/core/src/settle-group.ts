/** What was asked for, and who waits for it. */
export type Waiting<Item, Result> = { item: Item; resolve(result: Result): void; reject(error: unknown): void };

/**
 * Does a group and answers everybody. When an error says that none of it was done, each item is tried alone, and only the one at
 * fault fails; when nobody knows, all of them do.
 */
export async function settleGroup<Item, Result>(
  act: (items: readonly Item[]) => Promise<readonly Result[]>,
  group: readonly Waiting<Item, Result>[],
  wasRefused: (error: unknown) => boolean,
): Promise<void> {
  try {
    const results = await act(group.map(({ item }) => item));
    for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
  } catch (error) {
    if (group.length === 1 || !wasRefused(error)) for (const { reject } of group) reject(error);
    else for (const one of group) await settleGroup(act, [one], wasRefused);
  }
}
