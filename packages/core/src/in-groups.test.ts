import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { inGroups } from "./in-groups.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Work whose groups are ended by hand. */
function openBench(options: { itemsMax?: number } = {}) {
  const groups: { items: readonly string[]; end(): void; fail(error: unknown): void }[] = [];
  const act = (items: readonly string[]) =>
    new Promise<string[]>((resolve, reject) => {
      groups.push({ items, end: () => resolve(items.map((item) => item.toUpperCase())), fail: reject });
    });
  const wasRefused = (error: unknown) => error === "refused";
  return { groups, doIt: inGroups(act, { itemsMax: options.itemsMax ?? 100, wasRefused }) };
}
const turn = () => vi.advanceTimersByTimeAsync(0);

test("what comes in one turn of the event loop goes together, at once, and each gets its own answer", async () => {
  const { groups, doIt } = openBench();
  const answers = Promise.all(["a", "b", "c"].map(doIt));
  await turn();
  expect(groups.map(({ items }) => items)).toEqual([["a", "b", "c"]]);
  groups[0]?.end();
  expect(await answers).toEqual(["A", "B", "C"]);
});

test("what comes meanwhile is the next group, which begins when the first has ended", async () => {
  const { groups, doIt } = openBench();
  void doIt("a");
  await turn();
  void doIt("b");
  await turn();
  void doIt("c");
  await turn();
  expect(groups).toHaveLength(1);
  groups[0]?.end();
  await turn();
  expect(groups[1]?.items).toEqual(["b", "c"]);
});

test("a group has its bound; what is over goes with the next", async () => {
  const { groups, doIt } = openBench({ itemsMax: 2 });
  for (const item of ["a", "b", "c"]) void doIt(item);
  await turn();
  groups[0]?.end();
  await turn();
  expect(groups.map(({ items }) => items)).toEqual([["a", "b"], ["c"]]);
});

test("one that hangs is not waited for without end, and there are never more than four", async () => {
  const { groups, doIt } = openBench();
  for (let item = 0; item < 8; item += 1) {
    void doIt(String(item));
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(groups.map(({ items }) => items)).toEqual([["0"], ["1"], ["2"], ["3"]]);
  groups[2]?.end();
  await turn();
  expect(groups[4]?.items).toEqual(["4", "5", "6", "7"]);
});

test("a group that is refused is tried one by one: only the one at fault fails", async () => {
  const { groups, doIt } = openBench();
  const answers = Promise.allSettled(["a", "bad", "c"].map(doIt));
  await turn();
  groups[0]?.fail("refused");
  for (const name of ["a", "bad", "c"]) {
    await turn();
    const alone = groups.at(-1);
    expect(alone?.items).toEqual([name]);
    if (name === "bad") alone?.fail("refused");
    else alone?.end();
  }
  expect(await answers).toEqual([
    { status: "fulfilled", value: "A" },
    { status: "rejected", reason: "refused" },
    { status: "fulfilled", value: "C" },
  ]);
});

test("a group of which nobody knows whether it was done is not tried again", async () => {
  const { groups, doIt } = openBench();
  const answers = Promise.allSettled(["a", "b"].map(doIt));
  await turn();
  groups[0]?.fail("connection lost");
  await turn();
  expect(await answers).toMatchObject([{ reason: "connection lost" }, { reason: "connection lost" }]);
  expect(groups).toHaveLength(1);
});
