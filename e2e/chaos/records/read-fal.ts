import { createHash } from "node:crypto";

/** fal's own books: one row for each request it has accepted, whatever it told anybody. */
export type LedgerRecord = {
  requestId: string;
  webhookUrl: string | null;
  outcome: "pending" | "succeeded" | "failed" | "canceled" | "timed_out";
  imageCount: number;
  billedMicros: number;
  faults: string[];
  arrivedAt: string;
};

export async function readLedger(falUrl: string): Promise<LedgerRecord[]> {
  const response = await fetch(`${falUrl}/emulator/ledger.ndjson`);
  const lines = (await response.text()).split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as LedgerRecord);
}

/** SHA-256 of the pictures as fal has them, by address: what was stored must be these bytes. Pictures fal has no more are left out. */
export async function hashPictures(falUrl: string, sourceUrls: readonly string[]): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const sourceUrl of sourceUrls) {
    // The address names the link that the submit went through; the picture is fetched past it.
    const response = await fetch(`${falUrl}${new URL(sourceUrl).pathname}`).catch(() => undefined);
    if (!response?.ok) continue;
    const bytes = Buffer.from(await response.arrayBuffer().catch(() => new ArrayBuffer(0)));
    if (bytes.length > 0) hashes.set(sourceUrl, createHash("sha256").update(bytes).digest("hex"));
  }
  return hashes;
}
