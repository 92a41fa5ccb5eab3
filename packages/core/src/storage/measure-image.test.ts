import { expect, test } from "vitest";
import { makeJpeg, makePng, smallPictures } from "./make-test-picture.ts";
import { measureImage } from "./measure-image.ts";

test.each<[string, Buffer]>([
  ["a PNG", makePng({ width: 300, height: 200 })],
  ["a JPEG", makeJpeg({ width: 300, height: 200, metadataBytes: 1_000 })],
  ...Object.entries(smallPictures).map(([type, [text]]): [string, Buffer] => [type, Buffer.from(text!, "base64")]),
])("%s cut anywhere has its own dimensions or none, never those of its neighbour in memory", (_name, bytes) => {
  const whole = measureImage(bytes);
  expect(whole).toBeDefined();
  for (let length = 0; length < Math.min(bytes.length, 1_200); length += 1) {
    // What follows in the same memory looks like more of the picture.
    const memory = Buffer.concat([bytes.subarray(0, length), Buffer.alloc(500, 1)]);
    const measured = measureImage(memory.subarray(0, length));
    if (measured) expect(measured).toEqual(whole);
  }
});
