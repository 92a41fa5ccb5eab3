import { afterEach, expect, it, vi } from "vitest";
import { parseCommandLine } from "./parse-command-line.ts";

afterEach(() => vi.unstubAllEnvs());

const parse = (...args: string[]) =>
  parseCommandLine(["node", "fal-emulator", ...args], (command) =>
    command.exitOverride().configureOutput({ writeErr: () => {} }),
  );

it("has defaults a newcomer can start with", () => {
  expect(parse()).toMatchObject({
    port: 8788,
    host: "127.0.0.1",
    keys: [],
    generationMs: 800,
    concurrency: 10,
    pictures: "real",
  });
});

it("reads flags, repeated keys and variables", () => {
  vi.stubEnv("FAL_EMULATOR_KEY", "a:b,c:d");
  vi.stubEnv("FAL_EMULATOR_GENERATION_MS", "5");
  expect(parse("--pictures", "flat", "--port", "0")).toMatchObject({
    keys: ["a:b", "c:d"],
    generationMs: 5,
    pictures: "flat",
    port: 0,
  });
  expect(parse("--key", "e:f", "--key", "g:h").keys).toEqual(["e:f", "g:h"]);
});

it.each([
  ["--port", "http"],
  ["--pictures", "blue"],
  ["--concurrency", "-1"],
  ["--key", "nocolon"],
  ["--colour", "red"],
])("refuses %s %s", (...args) => {
  expect(() => parse(...args)).toThrow();
});
