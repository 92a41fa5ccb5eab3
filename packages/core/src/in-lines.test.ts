import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { inLines } from "./in-lines.ts";

type Item = { line: string; name: string; size?: number };

/** Work whose groups are ended by hand. */
function openBench() {
  const groups: { names: string; end(): void; fail(error: unknown): void }[] = [];
  const act = (items: readonly Item[]) =>
    new Promise<string[]>((resolve, reject) => {
      const names = items.map(({ name }) => name);
      groups.push({ names: names.join(" "), end: () => resolve(names), fail: reject });
    });
  const doIt = inLines(act, {
    lineOf: ({ line }) => line,
    sizeOf: ({ size }) => size ?? 1,
    sizeMax: 3,
    wasRefused: (error) => error === "refused",
  });
  const come = (line: string, names: string) => names.split(" ").map((name) => doIt({ line, name }));
  return { groups, come, doIt, seen: () => groups.map(({ names }) => names) };
}

test("what waits in one line goes together, one group after the other, and each gets its own answer", async () => {
  const { groups, come, seen } = openBench();
  const answers = Promise.all([...come("x", "a b"), ...come("x", "c d")]);
  await turn();
  expect(seen()).toEqual(["a b c"]);
  groups[0]?.end();
  await turn();
  expect(seen()).toEqual(["a b c", "d"]);
  groups[1]?.end();
  expect(await answers).toEqual(["a", "b", "c", "d"]);
});

test("a long line holds up no other, and they take turns", async () => {
  const { groups, come, seen } = openBench();
  for (const line of ["v", "w", "x", "y"]) void come(line, `${line}1 ${line}2 ${line}3 ${line}4`);
  await turn();
  void come("z", "z1");
  await turn();
  expect(seen()).toEqual(["v1 v2 v3", "w1 w2 w3", "x1 x2 x3", "y1 y2 y3"]);
  groups[1]?.end();
  await turn();
  // v, x and y are under way; w came back to the end of the lines, before z was there.
  expect(seen()[4]).toBe("w4");
  groups[0]?.end();
  await turn();
  expect(seen().slice(5)).toEqual(["v4"]);
  groups[4]?.end();
  await turn();
  expect(seen().slice(6)).toEqual(["z1"]);
});

test("what is larger than a group goes alone", async () => {
  const { groups, doIt, seen } = openBench();
  void doIt({ line: "x", name: "large", size: 9 });
  void doIt({ line: "x", name: "small" });
  await turn();
  groups[0]?.end();
  await turn();
  expect(seen()).toEqual(["large", "small"]);
});

test("a group that is refused is tried one by one: only the one at fault fails", async () => {
  const { groups, come } = openBench();
  const answers = Promise.allSettled(come("x", "a bad c"));
  await turn();
  groups[0]?.fail("refused");
  for (const name of ["a", "bad", "c"]) {
    await turn();
    const group = groups.at(-1);
    expect(group?.names).toBe(name);
    if (name === "bad") group?.fail("refused");
    else group?.end();
  }
  expect(await answers).toEqual([
    { status: "fulfilled", value: "a" },
    { status: "rejected", reason: "refused" },
    { status: "fulfilled", value: "c" },
  ]);
});
