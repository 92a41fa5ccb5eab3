import { createHash, randomBytes } from "node:crypto";

/** What every key begins with: lets people and secret scanners recognise one. */
export const apiKeyStart = "dk_";

/** Characters of a key that are kept to recognise it by: the start and 42 random bits of 256. */
const prefixChars = 10;

/** A new key: 256 random bits, so that its hash needs no salt and no slowness. */
export function newApiKey(): string {
  return apiKeyStart + randomBytes(32).toString("base64url");
}

/** What is stored and looked up instead of the key. */
export function hashApiKey(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

export function prefixOf(key: string): string {
  return key.slice(0, prefixChars);
}
