import { expect, test } from "vitest";
import { createStatementNames } from "./statement-names.ts";

test("a text has a name from its third use on, and keeps it; another text has another", () => {
  const nameOf = createStatementNames();
  expect([nameOf("a"), nameOf("a")]).toEqual([undefined, undefined]);
  const name = nameOf("a");
  expect(name).toBeDefined();
  expect(nameOf("a")).toBe(name);
  for (let use = 0; use < 2; use += 1) nameOf("b");
  expect(nameOf("b")).not.toBe(name);
});

test("texts without end get no more than so many names", () => {
  const nameOf = createStatementNames();
  const names = Array.from({ length: 5_000 }, (_, index) => [0, 1, 2, 3].map(() => nameOf(`text ${index}`)).at(-1));
  expect(new Set(names.filter(Boolean)).size).toBe(150);
});
