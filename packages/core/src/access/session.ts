import { createHash } from "node:crypto";

/** Idle for a working day, or a week after the login: then one logs in again (OWASP: session management). */
export const idleMs = 12 * 3_600_000;
export const absoluteMs = 7 * 86_400_000;

/** What a page sends with every write. It follows from the token, which no other site can read, and says nothing about it. */
export function csrfTokenOf(token: string): string {
  return createHash("sha256").update(`csrf:${token}`).digest("base64url");
}

/** What is stored and looked up instead of the token. */
export function hashToken(token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash("sha256").update(token).digest());
}
