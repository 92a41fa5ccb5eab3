import { expect, test } from "vitest";
import { countReport, summaryLine } from "./test.mjs";

const file = (status, ...statuses) => ({ status, assertionResults: statuses.map((each) => ({ status: each })) });

test("counts what vitest reports; whatever did not run is skipped", () => {
  const report = { testResults: [file("passed", "passed", "skipped", "pending"), file("failed", "failed", "todo")] };
  expect(countReport(report)).toEqual({ passed: 1, failed: 1, skipped: 3 });
});

test("a file that could not be loaded is a failure", () => {
  expect(countReport({ testResults: [file("failed")] })).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("no report means no tests", () => {
  expect(countReport(undefined)).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

test("the summary line names skipped tests only if there are any", () => {
  expect(summaryLine({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
  expect(summaryLine({ passed: 12, failed: 1, skipped: 3 })).toBe("12 passed, 1 failed, 3 skipped");
});
