import type { Event } from "./events.ts";

/**
 * For receivers: is this POST from Darkroom? Standard Webhooks, by WebCrypto, so that it runs in Node, Deno, Bun, workers and
 * browsers alike. Give the body exactly as it came: parsed and serialised again it is another one.
 */
export type DeliveryToVerify = {
  headers: { get(name: string): string | null } | Record<string, string | readonly string[] | undefined>;
  body: string | Uint8Array;
  /** `whsec_…`; several while you change from one to the next. */
  secrets?: string | readonly string[];
  /** `x` of the JWKS, or `whpk_…`; for endpoints that sign with ed25519. */
  publicKeys?: readonly string[];
  /** How far the timestamp may be from now, either way: older copies are replays. */
  toleranceSeconds?: number;
  now?: Date;
};

export type VerifiedDelivery =
  | { outcome: "verified"; event: Event }
  | { outcome: "refused"; reason: "missing_header" | "bad_timestamp" | "too_old" | "too_new" | "bad_signature" };

const toleranceSecondsDefault = 300;

export async function verifyDelivery(delivery: DeliveryToVerify): Promise<VerifiedDelivery> {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
    headerOf(delivery.headers, name),
  );
  if (!id || !timestamp || !signatures) return { outcome: "refused", reason: "missing_header" };
  const late = lateness(delivery, timestamp);
  if (late) return { outcome: "refused", reason: late };
  const body = typeof delivery.body === "string" ? new TextEncoder().encode(delivery.body) : delivery.body;
  const signed = concat(new TextEncoder().encode(`${id}.${timestamp}.`), body);
  const isGenuine = await isSigned(delivery, signed, signatures.split(" "));
  if (!isGenuine) return { outcome: "refused", reason: "bad_signature" };
  return { outcome: "verified", event: JSON.parse(new TextDecoder().decode(body)) as Event };
}

function headerOf(headers: DeliveryToVerify["headers"], name: string): string | null {
  if (typeof headers.get === "function") return (headers as { get(name: string): string | null }).get(name);
  const entry = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof entry === "string" ? entry : ((entry as readonly string[] | undefined)?.[0] ?? null);
}

function lateness(
  { toleranceSeconds = toleranceSecondsDefault, now = new Date() }: DeliveryToVerify,
  timestamp: string,
): "bad_timestamp" | "too_old" | "too_new" | null {
  if (!/^\d{1,12}$/.test(timestamp)) return "bad_timestamp";
  const age = now.getTime() / 1000 - Number(timestamp);
  if (age > toleranceSeconds) return "too_old";
  return age < -toleranceSeconds ? "too_new" : null;
}

async function isSigned(delivery: DeliveryToVerify, signed: Bytes, signatures: string[]): Promise<boolean> {
  const { secrets = [], publicKeys = [] } = delivery;
  const checks = [
    ...[secrets].flat().map((secret) => ["v1", "HMAC", secret.replace(/^whsec_/, "")] as const),
    ...publicKeys.map((key) => ["v1a", "Ed25519", key.replace(/^whpk_/, "")] as const),
  ].flatMap(([version, algorithm, key]) =>
    signatures
      .filter((signature) => signature.startsWith(`${version},`))
      .map((signature) => isSignature(algorithm, key, signature.slice(version.length + 1), signed)),
  );
  return (await Promise.all(checks)).some(Boolean);
}

/** WebCrypto compares in constant time. */
async function isSignature(
  algorithm: "HMAC" | "Ed25519",
  key: string,
  signature: string,
  signed: Bytes,
): Promise<boolean> {
  const [keyBytes, signatureBytes] = [fromBase64(key), fromBase64(signature)];
  if (!keyBytes || !signatureBytes) return false;
  const { subtle } = globalThis.crypto;
  const imported = algorithm === "HMAC" ? { name: "HMAC", hash: "SHA-256" } : { name: "Ed25519" };
  const cryptoKey = await subtle.importKey("raw", keyBytes, imported, false, ["verify"]);
  return subtle.verify(algorithm, cryptoKey, signatureBytes, signed);
}

type Bytes = Uint8Array<ArrayBuffer>;

/** base64 or base64url; null for what is neither. */
function fromBase64(text: string): Bytes | null {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  if (!/^[A-Za-z0-9+/]+=*$/.test(plain)) return null;
  return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
}

function concat(first: Uint8Array, second: Uint8Array): Bytes {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
