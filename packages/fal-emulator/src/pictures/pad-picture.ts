import { crc32 } from "node:zlib";
import type { PictureFormat } from "./make-picture.ts";

/** Grows a picture to about `bytes` with filling that decoders must skip, so it stays valid. */
export function padPicture(picture: Buffer, format: PictureFormat, bytes: number): Buffer {
  const missing = bytes - picture.length;
  if (missing < 32) return picture;
  switch (format) {
    case "png":
      return padPng(picture, missing);
    case "jpeg":
      return padJpeg(picture, missing);
    case "webp":
      return padWebp(picture, missing);
  }
}

/** A private ancillary chunk before IEND (the last 12 bytes); W3C PNG §5.4 tells decoders to ignore it. */
function padPng(picture: Buffer, missing: number): Buffer {
  const content = Buffer.concat([Buffer.from("fiLl"), filling(missing - 12)]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length - 4);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(content));
  return Buffer.concat([picture.subarray(0, -12), length, content, check, picture.subarray(-12)]);
}

/** COM segments (at most 65533 bytes each) after the start marker; ITU T.81 §B.2.4.5. */
function padJpeg(picture: Buffer, missing: number): Buffer {
  const segments: Buffer[] = [];
  for (let left = missing; left > 4; left -= 65_537) {
    const size = Math.min(left - 4, 65_533);
    segments.push(Buffer.from([0xff, 0xfe, (size + 2) >> 8, (size + 2) & 0xff]), filling(size));
  }
  return Buffer.concat([picture.subarray(0, 2), ...segments, picture.subarray(2)]);
}

/** An unknown RIFF chunk at the end, and the RIFF size to match; RFC 9649 §2.7 lets readers ignore it. */
function padWebp(picture: Buffer, missing: number): Buffer {
  const size = (missing - 8) & ~1;
  const head = Buffer.alloc(8);
  head.write("fiLl");
  head.writeUInt32LE(size, 4);
  const padded = Buffer.concat([picture, head, filling(size)]);
  padded.writeUInt32LE(padded.length - 8, 4);
  return padded;
}

function filling(size: number): Buffer {
  return Buffer.alloc(size, "darkroom ");
}
