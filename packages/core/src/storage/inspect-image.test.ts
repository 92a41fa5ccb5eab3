import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { ImageRefusedError, type InspectOptions, inspectImage } from "./inspect-image.ts";
import { makeJpeg, makePng, smallPictures } from "./make-test-picture.ts";

/** The bytes in pieces of so many, as a network delivers them. */
async function* inPieces(bytes: Buffer, size: number, state: { closed?: boolean } = {}) {
  try {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  } finally {
    state.closed = true;
  }
}

async function inspectAll(bytes: Buffer, options: Partial<InspectOptions> & { pieceBytes?: number } = {}) {
  const image = await inspectImage(inPieces(bytes, options.pieceBytes ?? 16_384), { bytesMax: 50_000_000, ...options });
  return { passed: await buffer(image.body), contentType: image.contentType, facts: image.facts() };
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
type Row = [contentType: string, bytes: Buffer, width: number, height: number];
const small = Object.entries(smallPictures).flatMap(([type, texts]) =>
  texts.map((text): Row => [type, Buffer.from(text, "base64"), 7, 5]),
);

describe("a picture that passes", () => {
  test.each<Row>([
    ["image/png", makePng({ width: 1024, height: 768 }), 1024, 768],
    ["image/png", makePng({ width: 2048, height: 2048, bytes: 3_000_000 }), 2048, 2048],
    ["image/jpeg", makeJpeg({ width: 640, height: 480 }), 640, 480],
    ["image/jpeg", makeJpeg({ width: 640, height: 480, metadataBytes: 100_000 }), 640, 480],
    ["image/jpeg", makeJpeg({ width: 640, height: 480, metadataBytes: 900_000 }), 640, 480],
    ...small,
  ])("%s is passed on unchanged and measured", async (contentType, bytes, width, height) => {
    for (const pieceBytes of [997, 16_384, bytes.length]) {
      const seen = await inspectAll(bytes, { pieceBytes, bytesExpected: bytes.length });
      expect(seen.passed.equals(bytes)).toBe(true);
      expect(seen).toMatchObject({ contentType, facts: { bytes: bytes.length, sha256: sha256(bytes), width, height } });
    }
  });

  test("may come one byte at a time, with empty pieces between", async () => {
    const bytes = makePng({ width: 3, height: 2, bytes: 5_000 });
    const pieces = [...bytes].flatMap((byte) => [Buffer.alloc(0), Buffer.from([byte])]);
    const image = await inspectImage(Readable.from([...pieces, Buffer.alloc(0)]), { bytesMax: 5_000 });
    expect((await buffer(image.body)).equals(bytes)).toBe(true);
    expect(image.facts()).toMatchObject({ width: 3, height: 2, bytes: 5_000 });
  });
});

describe("what is not taken", () => {
  const refusal = (reason: string) => expect.objectContaining({ name: "ImageRefusedError", reason });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["an error page", Buffer.from("<html>Not found</html>")],
    ["an SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')],
    ["a PDF", Buffer.from("%PDF-1.7\n%âãÏÓ\n1 0 obj")],
    ["a BMP", Buffer.concat([Buffer.from("BM"), Buffer.alloc(100)])],
    ["noise", Buffer.alloc(10_000, 7)],
  ])("%s", async (_name, bytes) => {
    await expect(inspectAll(bytes)).rejects.toEqual(refusal("not_an_image"));
  });

  test("says how it begins", async () => {
    await expect(inspectAll(Buffer.from('{"detail":"gone"}\u0000'))).rejects.toThrow(
      'It begins with: {"detail":"gone"}',
    );
  });

  test.each([
    ["a PNG cut in its header", makePng({ width: 9, height: 9 }).subarray(0, 15)],
    ["a JPEG without a frame", makeJpeg({ width: 9, height: 9, metadataBytes: 50_000 }).subarray(0, 20_000)],
    ["a JPEG with dimensions too far in", makeJpeg({ width: 9, height: 9, metadataBytes: 1_500_000 })],
    ["a picture without pixels", makePng({ width: 0, height: 9 })],
  ])("%s", async (_name, bytes) => {
    await expect(inspectAll(bytes)).rejects.toEqual(refusal("not_an_image"));
  });

  test("one byte too many, and the source is closed", async () => {
    const bytes = makePng({ width: 9, height: 9, bytes: 200_000 });
    expect((await inspectAll(bytes, { bytesMax: 200_000 })).passed).toHaveLength(200_000);
    const state = { closed: false };
    const image = await inspectImage(inPieces(bytes, 1_000, state), { bytesMax: 150_000 });
    await expect(buffer(image.body)).rejects.toEqual(refusal("too_large"));
    expect(state.closed).toBe(true);
  });

  test.each([-1, 1])("a length that is off by %d", async (off) => {
    const bytes = makePng({ width: 9, height: 9, bytes: 100_000 });
    await expect(inspectAll(bytes, { bytesExpected: bytes.length + off })).rejects.toEqual(refusal("truncated"));
  });

  test.each([
    ["PNG", makePng({ width: 9, height: 9, bytes: 5_000 })],
    ["JPEG", makeJpeg({ width: 9, height: 9 })],
    ["WebP", Buffer.from(smallPictures["image/webp"][0]!, "base64")],
  ])("a %s that was cut before it was sent, where that matters", async (_name, bytes) => {
    const cut = bytes.subarray(0, -12);
    for (const pieceBytes of [1, 7, 16_384]) {
      const seen = await inspectAll(bytes, { pieceBytes, bytesExpected: bytes.length, mustEnd: true });
      expect(seen.passed.equals(bytes)).toBe(true);
      await expect(inspectAll(cut, { pieceBytes, bytesExpected: cut.length, mustEnd: true })).rejects.toEqual(
        refusal("truncated"),
      );
    }
    expect((await inspectAll(cut, { bytesExpected: cut.length })).passed.equals(cut)).toBe(true);
  });

  test("a source that breaks", async () => {
    const bytes = makePng({ width: 9, height: 9, bytes: 100_000 });
    async function* breaking() {
      yield bytes.subarray(0, 50_000);
      throw new Error("reset");
    }
    const image = await inspectImage(breaking(), { bytesMax: 1_000_000 });
    await expect(buffer(image.body)).rejects.toMatchObject({ reason: "truncated", cause: { message: "reset" } });
    expect(() => image.facts()).toThrow("not passed");
  });

  test("is never passed on whole: the last piece is held back", async () => {
    const bytes = makePng({ width: 9, height: 9, bytes: 100_000 });
    const image = await inspectImage(inPieces(bytes, 10_000), { bytesMax: 1_000_000, bytesExpected: 100_001 });
    let passed = 0;
    const pass = async () => {
      for await (const piece of image.body) passed += piece.length;
    };
    await expect(pass()).rejects.toBeInstanceOf(ImageRefusedError);
    expect(passed).toBeLessThanOrEqual(90_000);
  });

  test("a body that nobody reads still closes its source", async () => {
    const source = Readable.from(inPieces(makePng({ width: 9, height: 9, bytes: 100_000 }), 10_000));
    const image = await inspectImage(source, { bytesMax: 1_000_000 });
    const closed = new Promise((resolve) => {
      source.once("close", resolve);
    });
    image.body.destroy();
    await closed;
  });
});
