import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { loras, negativePrompt, PROMPT_CHARS_MAX, prompt, textImageSize } from "./fields.ts";
import { IMAGE_INPUT_CHARS_MAX, imageInput } from "./image-input.ts";

const accepts = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;
const messagesOf = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error?.issues.map((issue) => issue.message) ?? [];

describe("prompt", () => {
  it.each([
    ["a", true],
    ["a".repeat(PROMPT_CHARS_MAX), true],
    ["a".repeat(PROMPT_CHARS_MAX + 1), false],
    ["", false],
    [" \n\t ", false],
    [7, false],
    [null, false],
  ])("%j", (value, ok) => {
    expect(accepts(prompt, value)).toBe(ok);
  });

  it("stays as it was written", () => {
    expect(prompt.parse("  two  spaces ")).toBe("  two  spaces ");
  });

  it("is not repeated by its error", () => {
    const secret = "the merger ".repeat(1_000);
    const messages = [messagesOf(prompt, secret), messagesOf(negativePrompt, secret)].flat();
    expect(messages).toEqual([
      "prompt must be a text of 1 to 8000 characters that is not blank; got a text, 11000 long",
      "negative_prompt must be a text of at most 8000 characters; got a text, 11000 long",
    ]);
  });
});

describe("image_size", () => {
  it.each([
    [{ width: 1, height: 1 }, true],
    [{ width: 14_142, height: 296 }, true],
    [{ width: 2048, height: 2048 }, true],
    [{ width: 2049, height: 2048 }, false],
    [{ width: 14_143, height: 1 }, false],
    [{ width: 1, height: 14_143 }, false],
    [{ width: 0, height: 512 }, false],
    [{ width: 512, height: -1 }, false],
    [{ width: 512.5, height: 512 }, false],
    [{ width: "512", height: 512 }, false],
    [{ width: 512, height: 512, depth: 1 }, false],
    [[512, 512], false],
    ["huge", false],
    [null, false],
  ])("%j", (value, ok) => {
    expect(accepts(textImageSize, value)).toBe(ok);
  });

  it("takes fal's default of 512 for a side that is not given", () => {
    expect(textImageSize.parse({ width: 640 })).toEqual({ width: 640, height: 512 });
  });

  it("says which side, or that both together are too much", () => {
    expect(messagesOf(textImageSize, { width: 0, height: 512 })).toEqual([
      "image_size.width must be a whole number from 1 to 14142; got 0",
    ]);
    expect(messagesOf(textImageSize, { width: 4096, height: 4096 })).toEqual([
      "image_size must be at most 4194304 pixels in all (2048 × 2048); got 4096 × 4096 = 16777216",
    ]);
  });
});

describe("a picture", () => {
  const image = imageInput("image_url");

  it.each([
    ["https://example.com/a.png", true],
    ["http://example.com/a.png", true],
    ["data:image/png;base64,AAAA", true],
    ["file_01J00000000000000000000000", true],
    ["", false],
    ["https://", false],
    ["file_", false],
    [" https://example.com/a.png", false],
    ["ftp://example.com/a.png", false],
    ["file:///etc/passwd", false],
    ["data:text/html;base64,AAAA", false],
    ["javascript:alert(1)", false],
    ["/etc/passwd", false],
    [{ url: "https://example.com/a.png" }, false],
    [null, false],
  ])("%j", (value, ok) => {
    expect(accepts(image, value)).toBe(ok);
  });

  it("has room for 30 MB as a data URI, and no more", () => {
    const start = "data:image/png;base64,";
    expect(accepts(image, start.padEnd(IMAGE_INPUT_CHARS_MAX, "A"))).toBe(true);
    expect(messagesOf(image, start.padEnd(IMAGE_INPUT_CHARS_MAX + 1, "A"))).toEqual([
      "image_url must be at most 40000000 characters; got a text, 40000001 long",
    ]);
  });

  it("is not repeated by its error: a link may be signed", () => {
    const [message] = messagesOf(image, "ftp://example.com/a.png?signature=abc");
    expect(message).toBe(
      "image_url must be an http(s) URL, a data:image/ URI or the id (file_…) of an uploaded file; " +
        "got a text that starts with ftp:",
    );
  });
});

describe("loras", () => {
  it.each([
    [[], true],
    [Array(3).fill({ path: "owner/repo" }), true],
    [Array(4).fill({ path: "owner/repo" }), false],
    [[{ path: "https://example.com/a.safetensors", scale: 0 }], true],
    [[{ path: "owner/repo/weights.safetensors", scale: 4 }], true],
    [[{ path: "owner/repo", scale: -0.001 }], false],
    [[{ path: "owner/repo", scale: 4.001 }], false],
    [[{ path: "owner/repo", scale: "1" }], false],
    [[{ path: "owner" }], false],
    [[{ path: "../repo" }], false],
    [[{ path: "owner/.." }], false],
    [[{ path: "file:///etc/passwd" }], false],
    [[{ path: "" }], false],
    [[{ path: "https://e.com/".padEnd(2_049, "a") }], false],
    [[{ scale: 1 }], false],
    [[{ path: "owner/repo", weight: 1 }], false],
    ["owner/repo", false],
  ])("%j", (value, ok) => {
    expect(accepts(loras, value)).toBe(ok);
  });

  it("fills in the scale", () => {
    expect(loras.parse([{ path: "owner/repo" }])).toEqual([{ path: "owner/repo", scale: 1 }]);
  });

  it("says how many", () => {
    expect(messagesOf(loras, Array(4).fill({ path: "owner/repo" }))).toEqual([
      "loras must be a list of at most 3 LoRAs, each {path, scale}; got a list of 4",
    ]);
  });
});
