import { expect, test } from "vitest";
import { parseSearch, stringifySearch } from "./search-params.ts";

test("what is written is read again", () => {
  const search = { status: ["failed", "canceled"], q: "red & blue" };
  const text = stringifySearch(search);
  expect(text).toBe("?status=failed&status=canceled&q=red+%26+blue");
  expect(parseSearch(text)).toEqual(search);
});

test("what is empty is left out", () => {
  expect(stringifySearch({ q: "", tag: undefined, status: [] })).toBe("");
  expect(parseSearch("")).toEqual({});
});
