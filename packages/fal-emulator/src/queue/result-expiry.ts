import type { Emulator } from "../emulator.ts";
import type { FalRequest } from "./request.ts";

const PAYLOAD_BYTES_MAX = 1_000_000;
const LARGE_RESULT_BYTES = 10_000;

/** When the stored result ends: 1 hour after completion, 6 minutes when it has 10 KB or more. */
export function resultExpiresAt(emulator: Emulator, request: FalRequest): Date {
  const { resultRetentionMs, largeResultRetentionMs } = emulator.settings;
  const lifeMs = bodyBytes(request) >= LARGE_RESULT_BYTES ? largeResultRetentionMs : resultRetentionMs;
  return new Date((request.endedAt ?? emulator.now()).getTime() + lifeMs);
}

/** Results outlive that when their payload is stored (X-Fal-Store-IO) and below 1 MB. What fal answers afterwards is a guess. */
export function isForgotten(emulator: Emulator, request: FalRequest): boolean {
  if (!request.endedAt) return false;
  const stored = request.storeIo && bodyBytes(request) <= PAYLOAD_BYTES_MAX;
  return !stored && resultExpiresAt(emulator, request) <= emulator.now();
}

function bodyBytes(request: FalRequest): number {
  if (!request.outcome) return 0;
  // Only data URIs (sync_mode) make a result large; counting them avoids writing every small result out as JSON again.
  const body = request.outcome.body as { images?: { url: string }[] };
  return (body.images ?? []).reduce((sum, image) => sum + image.url.length, 1_000);
}
