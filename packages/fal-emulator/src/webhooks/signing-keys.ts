import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Jwk {
  kty: "OKP";
  crv: "Ed25519";
  use: "sig";
  kid: string;
  x: string;
}

interface SigningKey {
  privateKey: KeyObject;
  jwk: Jwk;
}

export interface SigningKeys {
  /** The first one signs; earlier ones stay published. */
  keys: SigningKey[];
  /** A key that is never published, for `webhook_bad_signature`. */
  stranger: SigningKey;
  dir: string | null;
}

const PUBLISHED_MAX = 3;

/** With `dir`, the key outlives a restart: receivers cache fal's keys for a day. */
export function openSigningKeys(dir: string | null): SigningKeys {
  const file = dir && join(dir, "signing-key.pem");
  const found = file && existsSync(file) ? describeKey(createPrivateKey(readFileSync(file))) : undefined;
  const keys: SigningKeys = { keys: found ? [found] : [], stranger: createKey(), dir };
  if (!found) rotateSigningKey(keys);
  return keys;
}

export function rotateSigningKey(keys: SigningKeys): string {
  const fresh = createKey();
  keys.keys = [fresh, ...keys.keys].slice(0, PUBLISHED_MAX);
  if (keys.dir) {
    mkdirSync(keys.dir, { recursive: true });
    const pem = fresh.privateKey.export({ type: "pkcs8", format: "pem" });
    writeFileSync(join(keys.dir, "signing-key.pem"), pem, { mode: 0o600 });
  }
  return fresh.jwk.kid;
}

function createKey(): SigningKey {
  return describeKey(generateKeyPairSync("ed25519").privateKey);
}

function describeKey(privateKey: KeyObject): SigningKey {
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const kid = createHash("sha256").update(x).digest("hex").slice(0, 16);
  // fal's live document pads x with "=", which RFC 7517 does not: strict readers must be tried against it.
  return { privateKey, jwk: { kty: "OKP", crv: "Ed25519", use: "sig", kid, x: `${x}=` } };
}

/** What rest.fal.ai/.well-known/jwks.json holds. */
export function publishedKeys(keys: SigningKeys): { keys: Jwk[] } {
  return { keys: keys.keys.map((key) => key.jwk) };
}

interface Signable {
  requestId: string;
  userId: string;
  timestamp: string;
  body: Buffer;
}

/** Hex ED25519 over `request id \n user id \n timestamp \n sha256(body)`; see fal's webhook page. */
export function signWebhook(keys: SigningKeys, message: Signable, badly: boolean): string {
  const digest = createHash("sha256").update(message.body).digest("hex");
  const text = [message.requestId, message.userId, message.timestamp, digest].join("\n");
  const key = badly ? keys.stranger : (keys.keys[0] ?? keys.stranger);
  return sign(null, Buffer.from(text), key.privateKey).toString("hex");
}
