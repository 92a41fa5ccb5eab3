import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Home, openHome } from "./open-home.ts";
import type { RunFile } from "./run-file.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "darkroom-home-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function open(): Home {
  const opened = openHome(dir);
  if (opened.outcome !== "opened") throw new Error(opened.outcome);
  return opened.home;
}

test("secrets are made once, kept, and readable by their owner alone", () => {
  const first = open();
  first.rememberApiKey("embedded", "dk_1");
  const secrets = structuredClone(first.secrets);
  first.close();
  expect(open().secrets).toEqual({ ...secrets, api_keys: { embedded: "dk_1" } });
  expect(statSync(join(dir, "secrets.json")).mode & 0o777).toBe(0o600);
  expect(secrets.darkroom_secret).toHaveLength(64);
  expect(secrets.fal_key).toMatch(/^\w+:\w+$/);
});

test("a broken secrets file is an error, not a reason to make new secrets", () => {
  writeFileSync(join(dir, "secrets.json"), "{");
  expect(open).toThrow("secrets.json is not valid JSON");
});

test("a part keeps its port across starts", async () => {
  const first = open();
  const [api, worker] = [await first.port("api"), await first.port("worker")];
  expect(api).not.toBe(worker);
  first.close();
  const second = open();
  expect(await second.port("api")).toBe(api);
  expect(await second.port("worker")).toBe(worker);
});

test("a port that was taken meanwhile is replaced", async () => {
  const home = open();
  const port = await home.port("api");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  expect(await home.port("api")).not.toBe(port);
  await new Promise((resolve) => server.close(resolve));
});

test("run.json exists while the home is in use, and names the API to a second start", () => {
  const home = open();
  home.writeRunFile({ api_url: "http://127.0.0.1:4000" } as RunFile);
  const again = openHome(dir);
  expect(again).toEqual({ outcome: "running", pid: process.pid, dir, apiUrl: "http://127.0.0.1:4000" });
  home.close();
  expect(existsSync(join(dir, "run.json"))).toBe(false);
});
