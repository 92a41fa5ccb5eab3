import { expect, test } from "vitest";
import { newId } from "./ids.ts";
import { idAt } from "./ids-at.ts";

test("ids made before a time are below it, those made after are not", () => {
  const before = newId("job");
  const now = new Date();
  const id = idAt("job", now);
  expect(id).toMatch(/^job_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
  expect(before < idAt("job", new Date(now.getTime() + 1))).toBe(true);
  expect(newId("job") >= id).toBe(true);
  expect(idAt("job", new Date(now.getTime() - 60_000)) < before).toBe(true);
});
