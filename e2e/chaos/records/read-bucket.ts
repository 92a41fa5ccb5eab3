import { createHash } from "node:crypto";

/** What lies in the bucket: every object by its key, with what its bytes really are. */
export type BucketRecord = Map<string, { bytes: number; sha256: string }>;

const atOnce = 8;

/** Lists and reads the bucket over the S3 protocol. The server here checks no signatures. */
export async function readBucket(s3: { url: string; bucket: string }): Promise<BucketRecord> {
  const base = `${s3.url}/${s3.bucket}`;
  const keys = await listKeys(base);
  const record: BucketRecord = new Map();
  const waiting = [...keys];
  const work = async () => {
    for (let key = waiting.pop(); key; key = waiting.pop()) record.set(key, await hashObject(`${base}/${key}`));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return record;
}

/** By marker, not by continuation token: the server's tokens need a cipher that newer OpenSSL has put away. */
async function listKeys(base: string): Promise<string[]> {
  const keys: string[] = [];
  for (;;) {
    const marker = keys.length === 0 ? "" : `?marker=${encodeURIComponent(keys.at(-1) ?? "")}`;
    const response = await fetch(`${base}${marker}`);
    if (!response.ok) throw new Error(`The list of the bucket answered ${response.status}.`);
    const page = await response.text();
    keys.push(...[...page.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key as string));
    if (!page.includes("<IsTruncated>true</IsTruncated>")) return keys;
  }
}

async function hashObject(url: string): Promise<{ bytes: number; sha256: string }> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`Reading an object answered ${response.status}.`);
  const bytes = Buffer.from(await response.arrayBuffer());
  return { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}
