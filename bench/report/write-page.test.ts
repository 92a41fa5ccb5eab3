import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Results } from "./results.ts";
import { pageFile, resultsFile, toJson, withTable } from "./write-page.ts";

test("the table of docs/performance.md is that of bench/results/latest.json", () => {
  const page = readFileSync(pageFile, "utf8");
  const results = JSON.parse(readFileSync(resultsFile, "utf8")) as Results;
  expect(withTable(page, results)).toBe(page);
  expect(toJson(results)).toBe(readFileSync(resultsFile, "utf8"));
});
