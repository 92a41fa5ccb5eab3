import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockHome } from "./lock-home.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "darkroom-lock-"));
});
afterEach(() => rmSync(home, { recursive: true }));

test("a second start is told who runs", () => {
  expect(lockHome(home).outcome).toBe("locked");
  expect(lockHome(home)).toEqual({ outcome: "running", pid: process.pid });
});

test("after the unlock the home is free, and nothing of the lock is left", () => {
  const lock = lockHome(home);
  if (lock.outcome === "locked") lock.unlock();
  expect(readdirSync(home)).toEqual([]);
  expect(lockHome(home).outcome).toBe("locked");
});

test("a lock whose process is gone is taken over", () => {
  writeFileSync(join(home, "lock"), JSON.stringify({ pid: 2 ** 22 + 1, started: "long ago" }));
  expect(lockHome(home).outcome).toBe("locked");
  expect(JSON.parse(readFileSync(join(home, "lock"), "utf8")).pid).toBe(process.pid);
});

test("a pid that lives again as another process does not hold the lock", () => {
  writeFileSync(join(home, "lock"), JSON.stringify({ pid: process.pid, started: "another boot/123" }));
  expect(lockHome(home).outcome).toBe("locked");
});

test("a lock that cannot be read is taken over", () => {
  writeFileSync(join(home, "lock"), "");
  expect(lockHome(home).outcome).toBe("locked");
});
