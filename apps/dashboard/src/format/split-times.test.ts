import { expect, test } from "vitest";
import { splitTimes } from "./split-times.ts";

test("times are told from words", () => {
  expect(splitTimes("Failed at 2026-01-02T03:04:05.678Z: refused.")).toEqual([
    { text: "Failed at ", isTime: false },
    { text: "2026-01-02T03:04:05.678Z", isTime: true },
    { text: ": refused.", isTime: false },
  ]);
  expect(splitTimes("Next in line.")).toEqual([{ text: "Next in line.", isTime: false }]);
});
