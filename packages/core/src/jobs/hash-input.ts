import { createHash } from "node:crypto";
import { stringify } from "safe-stable-stringify";

/** SHA-256 of a JSON value whatever the order of its keys. */
export function hashInput(input: unknown): Buffer {
  return createHash("sha256")
    .update(stringify(input) ?? "")
    .digest();
}
