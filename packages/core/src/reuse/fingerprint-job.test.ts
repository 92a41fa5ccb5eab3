import { expect, test } from "vitest";
import { fingerprintJob } from "./fingerprint-job.ts";

const base = {
  model: "m",
  input: { prompt: "a boat", image_url: "file_1", seed: 7, size: { width: 8, height: 9 } },
  imageFields: ["image_url"],
  contents: new Map([
    ["file_1", "aa"],
    ["file_2", "aa"],
    ["file_3", "bb"],
  ]),
};
const of = (changes: object, model = "m") =>
  fingerprintJob({ ...base, model, input: { ...base.input, ...changes } }).toString("hex");
const same = of({});

test("two uploads of one picture, and another order of keys, are the same", () => {
  expect(of({ image_url: "file_2" })).toBe(same);
  expect(of({ size: { height: 9, width: 8 } })).toBe(same);
});

test("another picture, prompt, seed, no seed, or model is another job", () => {
  const others = [
    of({ image_url: "file_3" }),
    of({ prompt: "a Boat" }),
    of({ seed: 8 }),
    of({ seed: undefined }),
    of({}, "n"),
  ];
  expect(new Set([same, ...others]).size).toBe(6);
});

test("the order of several pictures counts", () => {
  const list = (image_url: string[]) => of({ image_url });
  expect(list(["file_1", "file_3"])).not.toBe(list(["file_3", "file_1"]));
  expect(list(["file_1", "file_3"])).toBe(list(["file_2", "file_3"]));
});
