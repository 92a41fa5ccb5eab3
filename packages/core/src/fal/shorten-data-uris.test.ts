import { expect, test } from "vitest";
import { shortenDataUris } from "./shorten-data-uris.ts";

function shortened(value: unknown): unknown {
  return JSON.parse(shortenDataUris(Buffer.from(JSON.stringify(value))).toString());
}

test("data URIs lose their contents and nothing else changes", () => {
  const image = (url: string) => ({ url, width: 64 });
  const data = `data:image/png;base64,${"A".repeat(1_000)}`;
  const given = { images: [image(data), image("https://fal.media/a.png"), image(data)], prompt: 'say "hi"', seed: 4 };
  expect(shortened(given)).toEqual({
    ...given,
    images: [image("data:"), image("https://fal.media/a.png"), image("data:")],
  });
});

test.each([
  [{ prompt: 'a "data: quoted" word', url: "data:image/png;base64,AAAA" }],
  [{ url: 'data:image/svg+xml,<svg width="1"/>' }],
  [{ prompt: "ends in a backslash \\", url: "https://fal.media/a.png" }],
  [{}],
])("%j keeps its meaning", (value) => {
  const text = Buffer.from(JSON.stringify(value));
  expect(() => JSON.parse(shortenDataUris(text).toString())).not.toThrow();
});

test("what is no whole JSON is returned as it is", () => {
  const broken = Buffer.from('{"url":"data:image/png;base64,AAA');
  expect(shortenDataUris(broken)).toBe(broken);
});
