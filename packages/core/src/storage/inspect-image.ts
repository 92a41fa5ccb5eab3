import { createHash, type Hash } from "node:crypto";
import { Readable } from "node:stream";
import { endsWhole, tailBytes } from "./ends-whole.ts";
import type { ImageType } from "./image-types.ts";
import { headerBytesMax, measureImage } from "./measure-image.ts";
import { sniffedBytes, sniffImageType } from "./sniff-image-type.ts";

export type ImageFacts = { bytes: number; sha256: string; width: number; height: number };

export type ImageRefusal = "not_an_image" | "too_large" | "truncated";

/** Why a stream of bytes is not taken as a picture. `truncated` is the source's failure, the others are the picture's. */
export class ImageRefusedError extends Error {
  override readonly name = "ImageRefusedError";
  readonly reason: ImageRefusal;

  constructor(reason: ImageRefusal, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.reason = reason;
  }
}

export type InspectedImage = {
  contentType: ImageType;
  /** The bytes, to be passed on. Fails with an ImageRefusedError before its last piece, so that a store never sees a whole. */
  body: Readable;
  /** What was seen; asked before the body has ended, it throws. */
  facts(): ImageFacts;
  /** By which some stores name what they have (vouches-for.ts); undefined where it cannot be computed. */
  md5(): string | undefined;
};

export type InspectOptions = {
  bytesMax: number;
  /** The announced length: a body that ends elsewhere is truncated. */
  bytesExpected?: number;
  /** Takes a picture that stops before its format's own end for truncated, too. */
  mustEnd?: boolean;
};

type Bytes = AsyncIterator<Uint8Array>;
type Seen = { facts?: ImageFacts; md5?: string };
type Start = { head: Buffer; ended: boolean; contentType: ImageType };

/**
 * Takes a picture apart while it passes: hash, length, limit, type by magic bytes, dimensions. Keeps no more than its beginning,
 * and that only until the dimensions are known: nearly always the first piece. Throws an ImageRefusedError if the beginning is
 * none of a picture we take.
 */
export async function inspectImage(
  source: AsyncIterable<Uint8Array>,
  options: InspectOptions,
): Promise<InspectedImage> {
  const pieces = source[Symbol.asyncIterator]();
  try {
    const { head, ended } = await readHead(pieces);
    const contentType = await sniffImageType(head);
    if (!contentType) throw new ImageRefusedError("not_an_image", describeHead(head));
    const seen: Seen = {};
    const start = { head, ended, contentType };
    const body = Readable.from(inspected(start, pieces, options, seen), { objectMode: false });
    // In any case, even if nobody begins to read: a generator that has not begun runs no finally.
    body.once("close", () => void pieces.return?.().catch(() => {}));
    return { contentType, body, facts: () => factsOf(seen), md5: () => seen.md5 };
  } catch (error) {
    await pieces.return?.();
    throw error;
  }
}

/** Enough of the beginning to tell the type. */
async function readHead(pieces: Bytes): Promise<{ head: Buffer; ended: boolean }> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < sniffedBytes) {
    const piece = await nextPiece(pieces);
    if (!piece) return { head, ended: true };
    head = head.length === 0 ? asBuffer(piece) : Buffer.concat([head, piece]);
  }
  return { head, ended: false };
}

/** Passes the pieces on, each one late: the last is held until all is known to be well. */
async function* inspected(start: Start, pieces: Bytes, options: InspectOptions, seen: Seen) {
  const { head, ended, contentType } = start;
  const hash = createHash("sha256");
  const md5 = makeMd5();
  const measure = makeMeasure();
  let bytes = 0;
  let tail: Buffer = Buffer.alloc(0);
  let held: Buffer = head;
  for (;;) {
    bytes += held.length;
    tail = held.length < tailBytes ? Buffer.concat([tail, held]).subarray(-tailBytes) : held.subarray(-tailBytes);
    if (bytes > options.bytesMax)
      throw new ImageRefusedError("too_large", `It has more than ${options.bytesMax} bytes.`);
    hash.update(held);
    md5?.update(held);
    measure.add(held);
    const piece = ended ? undefined : await nextPiece(pieces);
    if (!piece) break;
    yield held;
    held = asBuffer(piece);
  }
  const size = finish(measure.result(), bytes, options);
  if (options.mustEnd && !endsWhole(contentType, { head, tail, bytes }))
    throw new ImageRefusedError("truncated", `It has ${bytes} bytes and stops before its end.`);
  seen.md5 = md5?.digest("hex");
  seen.facts = { ...size, bytes, sha256: hash.digest("hex") };
  yield held;
}

/** Node in FIPS mode has none. */
function makeMd5(): Hash | undefined {
  try {
    return createHash("md5");
  } catch {
    return undefined;
  }
}

function finish(size: { width: number; height: number } | undefined, bytes: number, options: InspectOptions) {
  if (options.bytesExpected !== undefined && bytes !== options.bytesExpected)
    throw new ImageRefusedError("truncated", `${bytes} of ${options.bytesExpected} bytes came.`);
  if (!size) throw new ImageRefusedError("not_an_image", "It begins like a picture, but has no dimensions.");
  return size;
}

/** Collects the beginning until it yields dimensions, trying again each time it has doubled. */
function makeMeasure() {
  let size: { width: number; height: number } | undefined;
  let parts: Buffer[] = [];
  let collected = 0;
  let nextTry = 0;
  const attempt = () => {
    size ??= measureImage(Buffer.concat(parts));
    if (size || collected >= headerBytesMax) parts = [];
    nextTry = collected * 2;
  };
  return {
    add(piece: Buffer): void {
      if (size || collected >= headerBytesMax) return;
      parts.push(piece);
      collected += piece.length;
      if (collected >= Math.min(nextTry, headerBytesMax)) attempt();
    },
    result() {
      if (!size && parts.length > 0) attempt();
      return size;
    },
  };
}

/** The next piece that is not empty. A source that breaks has not sent all of it, whatever it says. */
async function nextPiece(pieces: Bytes): Promise<Uint8Array | undefined> {
  try {
    for (;;) {
      const { done, value } = await pieces.next();
      if (done) return undefined;
      if (value.length > 0) return value;
    }
  } catch (error) {
    throw new ImageRefusedError("truncated", "The connection broke.", { cause: error });
  }
}

function factsOf(seen: Seen): ImageFacts {
  if (!seen.facts) throw new Error("The picture has not passed yet.");
  return seen.facts;
}

/** The same memory as a Buffer. */
function asBuffer(piece: Uint8Array): Buffer {
  return Buffer.isBuffer(piece) ? piece : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}

/** The first bytes as text: an error page or a JSON says what it is. */
function describeHead(head: Buffer): string {
  if (head.length === 0) return "It is empty.";
  return `It begins with: ${printable(head.subarray(0, 200))}`;
}

function printable(bytes: Buffer): string {
  return bytes
    .toString("utf8")
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim();
}
