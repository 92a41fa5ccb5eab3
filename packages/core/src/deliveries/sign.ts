import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign as signBytes,
} from "node:crypto";

/** What signs deliveries, ready to be used many times. */
export type SigningKey = { kind: "hmac"; key: Buffer } | { kind: "ed25519"; key: KeyObject };

/** Standard Webhooks wants 24 to 64 bytes. */
const secretBytes = 32;

export function newHmacSecret(): string {
  return `whsec_${randomBytes(secretBytes).toString("base64")}`;
}

/** PKCS #8 of an ed25519 key is these 16 bytes and the 32 of the seed (RFC 8410 §7). */
const pkcs8Start = Buffer.from("302e020100300506032b657004220420", "hex");

export function newEd25519Secret(): { secret: string; publicKey: Buffer } {
  const { privateKey } = generateKeyPairSync("ed25519");
  const seed = privateKey.export({ type: "pkcs8", format: "der" }).subarray(-32);
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  return { secret: `whsk_${seed.toString("base64")}`, publicKey: Buffer.from(x, "base64url") };
}

/** From what a row holds: `whsec_…` for v1, `whsk_…` for v1a (Standard Webhooks: signature scheme). */
export function readSigningKey({ kind, secret }: { kind: "hmac" | "ed25519"; secret: string }): SigningKey {
  if (kind === "hmac") return { kind, key: Buffer.from(secret.slice("whsec_".length), "base64") };
  const der = Buffer.concat([pkcs8Start, Buffer.from(secret.slice("whsk_".length), "base64")]);
  return { kind, key: createPrivateKey({ key: der, format: "der", type: "pkcs8" }) };
}

/** The value of `webhook-signature`: one signature per key, so that a receiver may know the old or the new one. */
export function signatureHeader(
  message: { id: string; timestamp: number; body: string },
  keys: readonly SigningKey[],
): string {
  const signed = `${message.id}.${message.timestamp}.${message.body}`;
  return keys.map((key) => signWith(key, signed)).join(" ");
}

function signWith({ kind, key }: SigningKey, signed: string): string {
  if (kind === "hmac") return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return `v1a,${signBytes(null, Buffer.from(signed), key).toString("base64")}`;
}
