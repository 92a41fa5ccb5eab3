import { describe, expect, it } from "vitest";
import { falOutput } from "./output.ts";

const url = "https://v3b.fal.media/files/b/0a8c18a5/picture.png";

describe("fal's output", () => {
  it("is read in full", () => {
    const image = { url, width: 992, height: 1728, content_type: "image/png", file_name: "p.png", file_size: 10 };
    const output = { images: [image], timings: { inference: 0.4 }, seed: 7, has_nsfw_concepts: [false], prompt: "a" };
    expect(falOutput.parse(output)).toEqual(output);
  });

  it("is read as in fal's own example, where most of it is missing", () => {
    const output = falOutput.parse({
      images: [{ height: 1728, content_type: "image/png", url, width: 992 }],
      prompt: "",
    });
    expect(output.images[0]).toMatchObject({ url, width: 992, height: 1728 });
    expect(output.seed).toBeUndefined();
  });

  it("does not lose a paid picture to an odd detail", () => {
    const odd = { width: "992", height: -1, content_type: 7, file_name: null, file_size: 1.5 };
    const output = falOutput.parse({ images: [{ url, ...odd }], seed: "7", has_nsfw_concepts: "no", prompt: 1 });
    expect(output.images[0]).toEqual({
      url,
      width: null,
      height: null,
      content_type: null,
      file_name: null,
      file_size: null,
    });
    expect(output).toMatchObject({ seed: null, has_nsfw_concepts: null, prompt: null });
  });

  it("keeps a seed beyond 2^53", () => {
    expect(falOutput.parse(JSON.parse('{"images": [], "seed": 15860307465884635512}')).seed).toBeGreaterThan(2 ** 53);
  });

  it("takes the one picture of endpoints that make one, and data URIs", () => {
    expect(falOutput.parse({ image: { url } }).images).toEqual([{ url }]);
    expect(falOutput.parse({ images: [{ url: "data:image/png;base64,AAAA" }] }).images).toHaveLength(1);
  });

  it.each([[null], ["x"], [{}], [{ images: null }], [{ images: [{}] }], [{ images: [{ url: "" }] }], [{ image: 1 }]])(
    "%j has no pictures",
    (output) => {
      expect(falOutput.safeParse(output).success).toBe(false);
    },
  );
});
