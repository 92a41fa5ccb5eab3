import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { jobErrorCatalogue } from "./job-errors.ts";
import { problemCatalogue } from "./problems.ts";

const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
const [, problems = "", jobErrors = ""] = page.split(/^## (?:Refused requests|Failed jobs)$/m);

it("docs/errors.md explains every problem of the API, and none that is not there", () => {
  const written = [...problems.matchAll(/^### `(\w+)`\n\n(\d{3}) · (.+)$/gm)];
  expect(
    written.map(([, code, status, title]) => `${code}: ${status} · ${title}`),
    "Left: docs/errors.md, “Refused requests”; right: problemCatalogue. Write each as `### `code``, then `status · title`.",
  ).toEqual(Object.entries(problemCatalogue).map(([code, { status, title }]) => `${code}: ${status} · ${title}`));
});

it("docs/errors.md explains every job error, and none that is not there", () => {
  const written = [...jobErrors.matchAll(/^### `(\w+)`(?: of a job)?\n\nBlame: (\w+) · a retry (can|cannot) help$/gm)];
  expect(
    written.map(([, code, blame, can]) => `${code}: ${blame}, ${can}`),
    "Left: docs/errors.md, “Failed jobs”; right: jobErrorCatalogue. Write each as `### `code``, then `Blame: … · a retry can(not) help`.",
  ).toEqual(
    Object.entries(jobErrorCatalogue).map(([code, { blame, retryable }]) => {
      return `${code}: ${blame}, ${retryable ? "can" : "cannot"}`;
    }),
  );
});

it("docs/errors.md says of each what to do, and has one anchor for each", () => {
  const sections = page.split(/^### /m).slice(1);
  const heads = sections.map((section) => section.split("\n")[0]);
  expect(
    sections.filter((section) => !section.includes("\n**Mend:** ")).map((section) => section.split("\n")[0]),
  ).toEqual([]);
  expect(heads.filter((head, index) => heads.indexOf(head) !== index)).toEqual([]);
});
