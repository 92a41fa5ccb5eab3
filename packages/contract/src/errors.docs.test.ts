import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { jobErrorCatalogue } from "./job-errors.ts";
import { problemCatalogue } from "./problems.ts";

const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
const [, problems = "", jobErrors = ""] = page.split(/^## (?:Refused requests|Failed jobs)$/m);

/** The cells of each row that begins with a code. */
function rowsOf(section: string): string[][] {
  const lines = section.split("\n").filter((line) => line.startsWith("| `"));
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

it("docs/errors.md has every problem of the API as the code has it, and no other", () => {
  const rows = Object.entries(problemCatalogue).map(([code, { status, title, remedy }]) => [
    `\`${code}\``,
    `${status}`,
    title,
    remedy,
  ]);
  expect(rowsOf(problems), "Left: docs/errors.md; right: problemCatalogue in problems.ts.").toEqual(rows);
});

it("docs/errors.md has every job error as the code has it, and no other", () => {
  const rows = Object.entries(jobErrorCatalogue).map(([code, { blame, retryable, meaning, remedy }]) => {
    return [`\`${code}\``, blame, retryable ? "yes" : "no", meaning, remedy];
  });
  expect(rowsOf(jobErrors), "Left: docs/errors.md; right: jobErrorCatalogue in job-errors.ts.").toEqual(rows);
});
