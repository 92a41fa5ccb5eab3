import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makePlace, processesOf, runProgram } from "./run-program.ts";

let place: Awaited<ReturnType<typeof makePlace>>;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(() => place.clear());

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

test("a picture goes through the whole service, and the last line says what became of it", async () => {
  const demo = runProgram("demo", place.dir);
  expect(await demo.ended, demo.lines().join("\n")).toBe(0);

  const result = JSON.parse(demo.lines().at(-1) ?? "");
  expect(result).toEqual({
    job_id: expect.stringMatching(/^job_/),
    status: "succeeded",
    seconds: expect.any(Number),
    cost_usd: expect.any(Number),
    outputs: [expect.objectContaining({ content_type: expect.stringMatching(/^image\//), width: expect.any(Number) })],
  });
  const [output] = result.outputs;
  const after = readFileSync(output.file);
  expect(sha256(after)).toBe(output.sha256);
  expect(after.length).toBe(output.bytes);

  const sample = readFileSync(new URL("../examples/mountain-lake.jpg", import.meta.url));
  expect(sha256(readFileSync(join(place.dir, ".darkroom/demo/before.jpg")))).toBe(sha256(sample));
  const states = ["uploaded", "queued", "submitting", "copying", "succeeded"];
  const shown = demo.lines().map((line) => line.trim().split(/\s+/)[2] ?? "");
  expect(shown.filter((state) => states.includes(state))).toEqual(states);

  // Neither a process nor its temporary home is left.
  expect(processesOf(place.dir)).toEqual([]);
  expect(readdirSync(place.dir)).toEqual([".darkroom"]);
});

test("Ctrl-C in the middle leaves nothing behind either", async () => {
  const demo = runProgram("demo", place.dir);
  await waitFor("the running stack", () => demo.lines().some((line) => line.includes(" running ")));
  demo.kill("SIGINT");
  demo.kill("SIGINT");
  expect(await demo.ended).toBe(130);
  expect(processesOf(place.dir)).toEqual([]);
  expect(readdirSync(place.dir).filter((name) => name !== ".darkroom")).toEqual([]);
});

test("Ctrl-C while it starts leaves nothing behind", async () => {
  const demo = runProgram("demo", place.dir);
  await waitFor("the first process", () => processesOf(place.dir, "postgres").length > 0);
  demo.kill("SIGINT");
  expect(await demo.ended).toBe(130);
  expect(processesOf(place.dir)).toEqual([]);
});
