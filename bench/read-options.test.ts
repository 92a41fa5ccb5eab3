import { expect, test } from "vitest";
import { readOptions } from "./read-options.ts";

test("a full run is on both backends, a quick one on Redis, unless told otherwise", () => {
  expect(readOptions([])).toMatchObject({ size: "full", backends: ["redis", "postgres"], rounds: null });
  expect(readOptions(["--quick"])).toMatchObject({ size: "quick", backends: ["redis"] });
  expect(readOptions(["--quick", "--backend", "postgres"]).backends).toEqual(["postgres"]);
});

test("rows by name, several if wanted", () => {
  expect(readOptions(["--only", "intake", "--only", "copy-rss"]).only).toEqual(["intake", "copy-rss"]);
});

test.each([["--rounds", "0"], ["--backend", "mysql"], ["--prof", "postgres"], ["--fast"]])(
  "refused: %s %s",
  (...args) => {
    expect(() => readOptions(args.filter(Boolean))).toThrow();
  },
);
