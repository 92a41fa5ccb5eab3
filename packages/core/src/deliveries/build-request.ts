import { createHash } from "node:crypto";
import { type SigningKey, signatureHeader } from "./sign.ts";

/** Names what sends, so that receivers can tell it in their logs. */
export const userAgent = "Darkroom-Webhooks/1";

/** Headers of a delivery without its signature: what the delivery log shows, too. */
export function unsignedHeaders(eventId: string, at: Date): Record<string, string> {
  return {
    "content-type": "application/json",
    "user-agent": userAgent,
    "webhook-id": eventId,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
  };
}

/** The headers of one attempt (Standard Webhooks): the id stays, timestamp and signature are its own. */
export function signedHeaders(
  message: { eventId: string; at: Date; body: string },
  sender: { keys: readonly SigningKey[]; headers: Record<string, string> },
): Record<string, string> {
  const timestamp = Math.floor(message.at.getTime() / 1000);
  const signature = signatureHeader({ id: message.eventId, timestamp, body: message.body }, sender.keys);
  return { ...sender.headers, ...unsignedHeaders(message.eventId, message.at), "webhook-signature": signature };
}

/** Names a public key in the JWKS, the same for as long as it is the same key. */
export function keyIdOf(publicKey: Uint8Array): string {
  return createHash("sha256").update(publicKey).digest("base64url").slice(0, 16);
}
