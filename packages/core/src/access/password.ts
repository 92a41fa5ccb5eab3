import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import pLimit from "p-limit";

/**
 * scrypt with N=2^17, r=8, p=1: what the OWASP Password Storage Cheat Sheet asks of it, about a third of a second and 128 MB. It is
 * in Node itself; argon2id would be a native module more, for the few logins a dashboard has. Parameters stand in the hash, so that
 * they can be raised later.
 */
const parameters = { ln: 17, r: 8, p: 1 };
const saltBytes = 16;
const hashBytes = 32;

/** Each hash takes 128 MB while it is made: strangers must not be able to ask for more than this at once. */
const atOnce = pLimit(2);

type Parameters = typeof parameters;

/** The hash of a password with a salt of its own, as `$scrypt$ln=17,r=8,p=1$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, parameters);
  const { ln, r, p } = parameters;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

const hashPattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]+)\$([\w-]+)$/;

/** Whether this is the password that the hash was made of. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, ln, r, p, salt, hash] = hashPattern.exec(stored) ?? [];
  if (!salt || !hash) throw new Error("a stored password hash is not in the form it is written in");
  const expected = Buffer.from(hash, "base64url");
  const made = await derive(password, Buffer.from(salt, "base64url"), { ln: Number(ln), r: Number(r), p: Number(p) });
  return made.length === expected.length && timingSafeEqual(made, expected);
}

/** A hash nobody has the password of: to take as long over an unknown e-mail as over a known one. */
export const nobodysHash = `$scrypt$ln=${parameters.ln},r=${parameters.r},p=${parameters.p}$AAAAAAAAAAAAAAAAAAAAAA$${"A".repeat(43)}`;

function derive(password: string, salt: Buffer, { ln, r, p }: Parameters): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 2 * 128 * 2 ** ln * r };
  // The same text may be typed as different code points (NIST 800-63B: normalise before hashing).
  const text = password.normalize("NFKC");
  return atOnce(
    () =>
      new Promise((resolve, reject) => {
        scrypt(text, salt, hashBytes, options, (error, key) => (error ? reject(error) : resolve(key)));
      }),
  );
}
