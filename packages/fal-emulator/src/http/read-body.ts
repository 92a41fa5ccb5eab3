import type { IncomingMessage } from "node:http";

type Body = { outcome: "read"; bytes: Buffer } | { outcome: "too_large" };

/** Reads a request body of at most `bytesMax`; the rest of a larger one is thrown away. */
export async function readBody(req: IncomingMessage, bytesMax: number): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= bytesMax) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > bytesMax ? { outcome: "too_large" } : { outcome: "read", bytes: Buffer.concat(chunks) };
}

/** The body as JSON; undefined when empty or not JSON. For bodies whose meaning is checked by the reader anyway. */
export async function readJson(req: IncomingMessage, bytesMax: number): Promise<unknown> {
  const body = await readBody(req, bytesMax);
  if (body.outcome === "too_large" || body.bytes.length === 0) return undefined;
  try {
    return JSON.parse(body.bytes.toString());
  } catch {
    return undefined;
  }
}
