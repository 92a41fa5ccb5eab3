import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";

/** Keeps secrets that have to be read again, e.g. what customers' webhooks are signed with: AES-256-GCM under a key of DARKROOM_SECRET. */
export type Secrets = {
  /** `owner` is the id of the row that holds it: in another row it does not open. */
  seal(text: string, owner: string): string;
  /** Throws if it was sealed under another DARKROOM_SECRET, for another owner, or changed since. */
  open(sealed: string, owner: string): string;
};

/** 96 bits, as GCM wants it (NIST SP 800-38D §8.2); random, because far fewer than 2^32 secrets are ever sealed. */
const ivBytes = 12;
const tagBytes = 16;

export function createSecrets(rootSecret: string): Secrets {
  const key = Buffer.from(hkdfSync("sha256", rootSecret, "", "darkroom secrets v1", 32));
  // Names the key, so that a later root secret can tell which ones are still under the old one.
  const keyId = createHash("sha256").update(key).digest("hex").slice(0, 8);
  return {
    seal: (text, owner) => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(owner));
      const sealed = Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `${keyId}.${sealed.toString("base64url")}`;
    },
    open: (sealed, owner) => {
      const [sealedUnder, text = ""] = sealed.split(".");
      if (sealedUnder !== keyId) throw new Error("a stored secret was sealed under another DARKROOM_SECRET");
      const bytes = Buffer.from(text, "base64url");
      const [iv, tag] = [bytes.subarray(0, ivBytes), bytes.subarray(-tagBytes)];
      const decipher = createDecipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(owner)).setAuthTag(tag);
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString("utf8");
    },
  };
}
