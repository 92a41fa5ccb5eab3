import { expect, test } from "vitest";
import { findUnstorable } from "./find-unstorable.ts";

const nested = (depth: number): unknown => (depth === 0 ? [] : [nested(depth - 1)]);

test.each([
  [{ a: [{ b: "x\0" }] }, ["a", 0, "b"]],
  [{ a: "\ud800" }, ["a"]],
  [["fine", "\udc00"], [1]],
  [{ a: { "b\0": 1 } }, ["a"]],
  [{ a: nested(5_000) }, ["a", ...Array<number>(63).fill(0)]],
])("finds the place of what Postgres would not take", (value, path) => {
  expect(findUnstorable(value)?.path).toEqual(path);
});

test.each([null, undefined, 1, true, "é 😀 \u0001", { a: [1, "b", null] }, nested(60)])("leaves %j alone", (value) => {
  expect(findUnstorable(value)).toBeNull();
});
