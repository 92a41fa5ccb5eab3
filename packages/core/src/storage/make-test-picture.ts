import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/** For this folder's tests: pictures of any size without a picture library. Whole as far as type, dimensions and length go. */
export function makePng(options: { width: number; height: number; bytes?: number }): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(options.width, 0);
  header.writeUInt32BE(options.height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const ends = [Buffer.from("89504e470d0a1a0a", "hex"), pngChunk("IHDR", header), pngChunk("IEND", Buffer.alloc(0))];
  const framing = Buffer.concat(ends).length + 12;
  const data = pngChunk("IDAT", randomBytes(Math.max(1, (options.bytes ?? 1_000) - framing)));
  return Buffer.concat([...ends.slice(0, 2), data, ...ends.slice(2)]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** A JPEG whose dimensions come after so many bytes of metadata, as a large colour profile makes them. */
export function makeJpeg(options: { width: number; height: number; metadataBytes?: number }): Buffer {
  const segments: Buffer[] = [];
  for (let left = options.metadataBytes ?? 0; left > 0; left -= 60_000) {
    const length = Buffer.alloc(2);
    const data = Buffer.alloc(Math.min(left, 60_000), 1);
    length.writeUInt16BE(data.length + 2);
    segments.push(Buffer.from([0xff, 0xe2]), length, data);
  }
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(options.height, 5);
  frame.writeUInt16BE(options.width, 7);
  const start = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, ...Buffer.from("JFIF\0"), 1, 1, 0, 0, 1, 0, 1, 0, 0]);
  const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 3, 0xff, 0xd9]);
  return Buffer.concat([start, ...segments, frame, scan]);
}

/** Others of 7 × 5 pixels, made with libvips. */
export const smallPictures = {
  "image/webp": [
    "UklGRjIAAABXRUJQVlA4ICYAAABwAQCdASoHAAUABUB8JaACdAFAAAD+34Ae5aKwL/O34g/UEsAAAA==",
    "UklGRh4AAABXRUJQVlA4TBEAAAAvBgABAAfQmTJ3pv+BiOh/AAA=",
    "UklGRkgAAABXRUJQVlA4WAoAAAAQAAAABgAABAAAQUxQSAoAAAABB1DAiAhERP8DVlA4IBgAAAAwAQCdASoHAAUABUB8JaQAA3AA/vDUoAA=",
  ],
  "image/gif": ["R0lGODlhBwAFAIAAAExpccwzMyH5BAUAAAAALAAAAAAHAAUAAAIFjI+puwUAOw=="],
  "image/avif": [
    "AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAANZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAAA+gABAAAAAAAAAB8AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABhdjAxAAAAAA5waXRtAAAAAAABAAAAVmlwcnAAAAA4aXBjbwAAAAxhdjFDgSACAAAAABRpc3BlAAAAAAAAAAcAAAAFAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMAAAAnbWRhdBIACgg4CLRpAQ0GkDIRH/JihOAAFgAAkDWOOpb9ib8=",
  ],
};
