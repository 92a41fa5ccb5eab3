import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { writeByTurn } from "./write-by-turn.ts";

function open() {
  const writes: string[] = [];
  const before = process.listeners("exit");
  const stream = writeByTurn({ write: (text) => void writes.push(text) });
  const onExit = process.listeners("exit").find((listener) => !before.includes(listener));
  return { writes, stream, onExit };
}

test("the lines of a turn are one write, in their order", async () => {
  const { writes, stream } = open();
  for (const line of ["a\n", "b\n"]) stream.write(line);
  expect(writes).toEqual([]);
  await nextTurn();
  stream.write("c\n");
  await nextTurn();
  expect(writes).toEqual(["a\nb\n", "c\n"]);
});

test("a process that ends has written all its lines, each once", async () => {
  const { writes, stream, onExit } = open();
  stream.write("last words\n");
  onExit?.(1);
  expect(writes).toEqual(["last words\n"]);
  await nextTurn();
  expect(writes).toHaveLength(1);
});
