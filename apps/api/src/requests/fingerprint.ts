import { createHash, type Hash } from "node:crypto";

/**
 * SHA-256 of a JSON value, the same for the same value however it was written: order of keys, spaces and spelling of numbers do
 * not matter. Every part is preceded by its kind and length, so that no two values look alike. `purpose` keeps the fingerprints
 * of different routes apart.
 */
export function fingerprint(purpose: string, value: unknown): Uint8Array {
  const hash = createHash("sha256").update(`${purpose}\n`);
  add(hash, value);
  return new Uint8Array(hash.digest());
}

function add(hash: Hash, value: unknown): void {
  if (typeof value === "string") {
    hash.update(`s${value.length}:`).update(value);
  } else if (Array.isArray(value)) {
    hash.update(`a${value.length}:`);
    for (const item of value) add(hash, item);
  } else if (typeof value === "object" && value !== null) {
    addObject(hash, value as Record<string, unknown>);
  } else {
    hash.update(`v${JSON.stringify(value) ?? "undefined"};`);
  }
}

function addObject(hash: Hash, value: Record<string, unknown>): void {
  const keys = Object.keys(value).sort();
  hash.update(`o${keys.length}:`);
  for (const key of keys) {
    add(hash, key);
    add(hash, value[key]);
  }
}
