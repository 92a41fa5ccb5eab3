import { describe } from "vitest";
import { findProgram } from "./find-program.ts";

/** A Chromium of the system (scripts/get-programs.mjs looks for the same names); playwright-core brings none. */
export function findChromium(): string | undefined {
  return findProgram("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
}

/** `describe` for tests in a real browser; without one they are skipped, and their name says why. */
export function describeInBrowser(name: string, tests: (chromiumFile: string) => void): void {
  const file = findChromium();
  if (file) describe(name, () => tests(file));
  else describe.skip(`${name} (not run: Chromium is not on the PATH)`, () => tests(""));
}

/** Nothing that Chromium does by itself should take time or reach out. */
export const quietFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
