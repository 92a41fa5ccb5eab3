import { expect, test } from "vitest";
import { readMessages } from "./read-messages.ts";

const framed = (type: string, body: string) => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(body)]);
};
const startup = framed("", "\0\x03\0\0user\0bench\0\0");

function read(bytes: Buffer, pieceBytes: number): string[] {
  const seen: string[] = [];
  const look = readMessages((type, body) => seen.push(`${type} ${body.toString()}`));
  for (let at = 0; at < bytes.length; at += pieceBytes) look(bytes.subarray(at, at + pieceBytes));
  return seen;
}

test("messages after the startup, however the pieces are cut", () => {
  const bytes = Buffer.concat([startup, framed("P", "\0select 1\0"), framed("S", ""), framed("Q", "begin\0")]);
  for (const pieceBytes of [1, 3, 1_000])
    expect(read(bytes, pieceBytes)).toEqual(["P \0select 1\0", "S ", "Q begin\0"]);
});

test("a wish for TLS comes before the startup", () => {
  const wish = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
  expect(read(Buffer.concat([wish, startup, framed("S", "")]), 5)).toEqual(["S "]);
});
