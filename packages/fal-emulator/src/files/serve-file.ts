import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { takeFault } from "../faults/fault-book.ts";
import type { FaultName, FaultParams } from "../faults/fault-names.ts";
import { sendJson } from "../http/send-json.ts";
import { readFile, type StoredFile } from "./file-store.ts";

/** `GET /fal.media/files/...`: public, no auth, as on fal's CDN. */
export async function serveFile(emulator: Emulator, req: Request, res: Response): Promise<void> {
  res.setHeader("Access-Control-Allow-Origin", "*");
  const file = emulator.files.byName.get(String(req.params.name));
  if (!file) return sendJson(res, 404, { detail: "File not found" });
  const strikes = (fault: FaultName) => file.subject && takeFault(emulator.faults, fault, file.subject);
  const expired = file.expiresAt && file.expiresAt <= emulator.now();
  if (expired || strikes("media_expired")) {
    return sendJson(res, emulator.settings.fileExpiryStatus, { detail: "File not found" });
  }
  if (failsNow(file, strikes("media_404"))) return sendJson(res, 404, { detail: "File not found" });
  if (failsNow(file, strikes("media_503"))) return sendJson(res, 503, { detail: "Service unavailable" });
  const bytes = readFile(emulator.files, file);
  sendHead(res, file, bytes.length);
  if (req.method === "HEAD") return void res.end();
  if (strikes("media_wrong_length")) return sendShort(res, bytes);
  if (strikes("media_truncated")) return sendHalf(res, bytes);
  const slow = strikes("media_slow");
  if (slow) return dribble(emulator, res, bytes, slow.ms ?? 3_000);
  res.end(bytes);
}

/** "404 and then fine": the first reads of each file fail. */
function failsNow(file: StoredFile, params: FaultParams | null | undefined): boolean {
  if (!params || file.failures >= (params.failures ?? 1)) return false;
  file.failures += 1;
  return true;
}

function sendHead(res: Response, file: StoredFile, length: number): void {
  res.statusCode = 200;
  res.setHeader("Content-Type", file.contentType);
  res.setHeader("Content-Length", length);
  res.setHeader("Cache-Control", "max-age=5184000, immutable");
}

/** Cut by less than `media_truncated`, and announced: HTTP finds nothing wrong, only `file_size` and the picture do. */
function sendShort(res: Response, bytes: Buffer): void {
  const short = bytes.subarray(0, Math.max(1, bytes.length - 100));
  res.setHeader("Content-Length", short.length);
  res.end(short);
}

function sendHalf(res: Response, bytes: Buffer): void {
  res.write(bytes.subarray(0, bytes.length >> 1), () => res.destroy());
}

const DRIBBLE_PIECES = 20;

async function dribble(emulator: Emulator, res: Response, bytes: Buffer, ms: number): Promise<void> {
  const size = Math.max(1, Math.ceil(bytes.length / DRIBBLE_PIECES));
  for (let start = 0; start < bytes.length; start += size) {
    if ((await emulator.timers.sleep(ms / DRIBBLE_PIECES)) === "cleared" || res.destroyed) return void res.destroy();
    res.write(bytes.subarray(start, start + size));
  }
  res.end();
}
