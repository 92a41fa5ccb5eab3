import { createHash } from "node:crypto";
import { openObject } from "./read-object.ts";
import type { Storage } from "./s3.ts";

export type Verification = { ok: true } | { ok: false; detail: string };

/**
 * Where the store does not vouch for it (vouches-for.ts): reads a stored object back and compares it with what was meant to be stored. A size alone would not do: servers have stored
 * wrong bytes (s3rver: upload framing; disks: bit rot), and checksum headers are not understood everywhere. Costs one GET, the
 * object's bytes within the region, a chunk of memory, and some 10 ms of CPU per 10 MB.
 */
export async function verifyObject(
  storage: Storage,
  expected: { key: string; bytes: number; sha256: string; signal?: AbortSignal },
): Promise<Verification> {
  const object = await openObject(storage, expected);
  if (object.outcome === "missing") return { ok: false, detail: "the object is not there" };
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of object.body) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  if (bytes !== expected.bytes) return { ok: false, detail: `${bytes} bytes were stored instead of ${expected.bytes}` };
  if (hash.digest("hex") !== expected.sha256) return { ok: false, detail: "other bytes were stored" };
  return { ok: true };
}
