import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./prepare.mjs";

/**
 * What tests may import of other packages is declared once for all of them (turbo.json, implicitDependencies), because a
 * package cannot depend on the testing package that depends on it. So `turbo boundaries` does not keep production from it.
 */
const forTestsOnly = /from "(vitest|fast-check|@darkroom\/testing\/|@darkroom\/fal-emulator\/)/;

function filesOf(workspaces) {
  return readdirSync(join(root, workspaces)).flatMap((name) =>
    readdirSync(join(root, workspaces, name), { recursive: true })
      .map((file) => join(workspaces, name, file))
      .filter((file) => /\/src\/.*\.tsx?$/.test(file) && !/\/(node_modules|dist|generated)\//.test(file)),
  );
}

test("production imports nothing that is for tests only", () => {
  const production = [...filesOf("apps"), ...filesOf("packages")].filter(
    (file) => !/\.test\.tsx?$|\/src\/testing\/|^packages\/testing\//.test(file),
  );
  expect(production.length).toBeGreaterThan(50);
  expect(production.filter((file) => forTestsOnly.test(readFileSync(join(root, file), "utf8")))).toEqual([]);
});
