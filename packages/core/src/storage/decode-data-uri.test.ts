import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeDataUri } from "./decode-data-uri.ts";
import { makeJpeg, makePng } from "./make-test-picture.ts";

const png = makePng({ width: 20, height: 10 });
const uri = (bytes: Buffer, type = "image/png") => `data:${type};base64,${bytes.toString("base64")}`;
const limit = { bytesMax: 1_000_000 };

describe("decodeDataUri", () => {
  test("answers the bytes and what they are", async () => {
    const sha256 = createHash("sha256").update(png).digest("hex");
    expect(await decodeDataUri(uri(png), limit)).toEqual({
      ok: true,
      bytes: png,
      contentType: "image/png",
      width: 20,
      height: 10,
      sha256,
    });
  });

  test.each(["image/jpeg", "image/jpg", "image/x-png", "IMAGE/PNG"])("a PNG called %s is a PNG", async (type) => {
    expect(await decodeDataUri(uri(png, type), limit)).toMatchObject({ ok: true, contentType: "image/png" });
  });

  test("takes every padding", async () => {
    for (const bytes of [3_000, 3_001, 3_002]) {
      const picture = makePng({ width: 1, height: 1, bytes });
      expect(await decodeDataUri(uri(picture), limit)).toMatchObject({ ok: true, bytes: picture });
    }
  });

  test.each([
    ["", "not_a_data_uri"],
    ["data:", "not_a_data_uri"],
    ["https://example.com/a.png", "not_a_data_uri"],
    [` ${uri(png)}`, "not_a_data_uri"],
    [uri(png).replace(";base64", ""), "not_a_data_uri"],
    [uri(png).replace(";base64", ";charset=utf-8;base64"), "not_a_data_uri"],
    [uri(png, "text/html"), "not_a_data_uri"],
    [uri(png, "image/"), "not_a_data_uri"],
    [uri(png, `image/${"x".repeat(400)}`), "not_a_data_uri"],
    ["data:image/png;base64", "not_a_data_uri"],
    ["data:image/png;base64,", "broken_base64"],
    ["data:image/png;base64,====", "broken_base64"],
    ["data:image/png;base64,AAA", "broken_base64"],
    ["data:image/png;base64,A===", "broken_base64"],
    ["data:image/png;base64,AA=A", "broken_base64"],
    ["data:image/png;base64,AA==AAAA", "broken_base64"],
    ["data:image/png;base64,AA-_", "broken_base64"],
    ["data:image/png;base64,AB==", "broken_base64"], // bits that belong to no byte
    ["data:image/png;base64,AAAA\n", "broken_base64"],
    ["data:image/png;base64,AA A", "broken_base64"],
    ["data:image/png;base64,%41AAA", "broken_base64"],
    ["data:image/png;base64,AAAA", "not_an_image"],
    [uri(Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), "image/svg+xml"), "not_an_image"],
    [uri(Buffer.from("<html>")), "not_an_image"],
    [uri(png.subarray(0, 16)), "not_an_image"],
    [uri(makeJpeg({ width: 0, height: 5 }), "image/jpeg"), "not_an_image"],
  ])("%.60s: %s", async (text, reason) => {
    expect(await decodeDataUri(text, limit)).toMatchObject({ ok: false, reason });
  });

  test("the limit counts decoded bytes, before decoding", async () => {
    const picture = makePng({ width: 1, height: 1, bytes: 5_000 });
    expect(await decodeDataUri(uri(picture), { bytesMax: 5_000 })).toMatchObject({ ok: true });
    expect(await decodeDataUri(uri(picture), { bytesMax: 4_999 })).toMatchObject({ ok: false, reason: "too_large" });
    // Not base64 at all, but that is not looked at.
    const long = `data:image/png;base64,${"?".repeat(10_000)}`;
    expect(await decodeDataUri(long, { bytesMax: 4_999 })).toMatchObject({ reason: "too_large" });
  });

  test("never throws, and what it accepts encodes back to the same text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.nat(png.length), async (noise, at) => {
        const text = uri(png);
        const broken = text.slice(0, at) + noise + text.slice(at);
        const decoded = await decodeDataUri(broken, limit);
        if (decoded.ok) expect(broken.endsWith(decoded.bytes.toString("base64"))).toBe(true);
      }),
    );
  });
});
