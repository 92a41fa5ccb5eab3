import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";

export type RawBody =
  | { outcome: "read"; body: Buffer; sha256: Buffer }
  | { outcome: "too_large" }
  | { outcome: "broken" };

/** Reads a body as it came, up to a limit, hashing it piece by piece so that a large one never holds up the process. */
export async function readRawBody(request: IncomingMessage, bytesMax: number): Promise<RawBody> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) return refuse(request);
  const hash = createHash("sha256");
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    // Not destroyed when left early: that would take the connection, and with it our answer, away.
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      bytes += piece.length;
      if (bytes > bytesMax) return refuse(request);
      hash.update(piece);
      pieces.push(piece);
    }
  } catch {
    return { outcome: "broken" };
  }
  return { outcome: "read", body: Buffer.concat(pieces, bytes), sha256: hash.digest() };
}

/** What still comes is thrown away as it comes. */
function refuse(request: IncomingMessage): RawBody {
  request.resume();
  return { outcome: "too_large" };
}
