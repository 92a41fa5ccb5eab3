import { expect, test } from "vitest";
import { isJobId, shortenId, shortenModel } from "./ids.ts";

test("ids keep their kind and their end", () => {
  expect(shortenId("job_01hzy3k8q2v7x9m4n6p8r0t2w4")).toBe("job_…r0t2w4");
  expect(shortenId("out_short")).toBe("out_short");
  expect(shortenModel("fal-ai/z-image/turbo")).toBe("z-image/turbo");
});

test("a whole job id is told from words", () => {
  expect(isJobId(" job_01hzy3k8q2v7x9m4n6p8r0t2w4 ")).toBe(true);
  expect(isJobId("job interview")).toBe(false);
});
