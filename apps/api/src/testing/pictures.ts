/** A PNG of one pixel, as every browser takes it. */
const onePixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

/** A PNG that says it is this large; nobody here looks at its pixels. */
export function pngOf(width: number, height: number): Buffer {
  const png = Buffer.from(onePixel);
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  return png;
}

export function dataUriOf(picture: Buffer, type = "image/png"): string {
  return `data:${type};base64,${picture.toString("base64")}`;
}
