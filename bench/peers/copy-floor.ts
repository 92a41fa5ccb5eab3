import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { request } from "undici";
import { readSettings } from "./peer-settings.ts";
import { serveRuns } from "./serve-runs.ts";
import { openBucket } from "./storage.ts";

/** Floor: the picture's stream is handed to PutObject as it comes; nothing is looked at and nothing is verified. */
const settings = readSettings();
const bucket = openBucket(settings);

serveRuns(settings.port, async ({ url, count }: { url: string; count: number }) => {
  const startedAt = performance.now();
  const copied = await Promise.all(Array.from({ length: count }, () => copy(url)));
  const bytes = copied.reduce((sum, each) => sum + each, 0);
  return { bytes, seconds: (performance.now() - startedAt) / 1000 };
});

async function copy(url: string): Promise<number> {
  const { body, headers } = await request(url);
  const bytes = Number(headers["content-length"]);
  await bucket.put(`floor/${randomUUID()}`, Readable.from(body), String(headers["content-type"]), bytes);
  return bytes;
}
