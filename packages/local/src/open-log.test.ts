import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openLog } from "./open-log.ts";

function logPath(): string {
  const dir = mkdtempSync(join(tmpdir(), "darkroom-log-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return join(dir, "logs", "a.log");
}

test("appends, across runs, and remembers the last lines", () => {
  const path = logPath();
  const first = openLog(path);
  first.write("one\ntwo\n");
  first.close();
  const second = openLog(path);
  second.write("three\n");
  second.close();
  expect(readFileSync(path, "utf8")).toBe("one\ntwo\nthree\n");
  expect(first.tail()).toEqual(["one", "two"]);
});

test("keeps one predecessor and no more", () => {
  const path = logPath();
  const log = openLog(path);
  const piece = "x".repeat(1_000_000);
  for (let written = 0; written < 20; written += 1) log.write(piece);
  log.close();
  expect(statSync(path).size).toBeLessThan(8_000_000);
  expect(statSync(`${path}.1`).size).toBeLessThan(8_000_000);
});
