import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";

/** The four headers of a fal webhook, as strings. */
export type FalWebhookHeaders = { requestId: string; userId: string; timestamp: string; signature: string };

export type Verification = { ok: true } | { ok: false; reason: "missing_header" | "stale" | "bad_signature" };

/** fal: webhooks page. */
const toleranceSeconds = 300;

/** Reads the headers, or null if one is missing or repeated. */
export function readWebhookHeaders(header: (name: string) => string | undefined): FalWebhookHeaders | null {
  const requestId = header("x-fal-webhook-request-id");
  const userId = header("x-fal-webhook-user-id");
  const timestamp = header("x-fal-webhook-timestamp");
  const signature = header("x-fal-webhook-signature");
  return requestId && userId && timestamp && signature ? { requestId, userId, timestamp, signature } : null;
}

/** True while the timestamp is within fal's tolerance of `now`, either way. */
export function isFresh(headers: FalWebhookHeaders, now: Date): boolean {
  if (!/^\d{1,12}$/.test(headers.timestamp)) return false;
  return Math.abs(now.getTime() / 1000 - Number(headers.timestamp)) <= toleranceSeconds;
}

/** Whether any of the keys signed these bytes: ED25519 over request id, user id, timestamp and the body's SHA-256, by line. */
export function isSigned(
  headers: FalWebhookHeaders,
  body: Uint8Array,
  keys: readonly KeyObject[],
  // Given where the body was hashed while it came: a large one would hold up everything else.
  bodySha256: Buffer = createHash("sha256").update(body).digest(),
): boolean {
  // Buffer.from would silently cut a malformed hex string short.
  if (!/^[0-9a-f]{128}$/i.test(headers.signature)) return false;
  const lines = [headers.requestId, headers.userId, headers.timestamp, bodySha256.toString("hex")];
  const message = Buffer.from(lines.join("\n"), "utf8");
  const signature = Buffer.from(headers.signature, "hex");
  return keys.some((key) => verify(null, message, key, signature));
}

/** A JWKS key as fal publishes it. Its `x` may be padded, against RFC 7517; Node takes both. */
export function importKey(jwk: { x: string }): KeyObject {
  return createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: jwk.x } });
}
