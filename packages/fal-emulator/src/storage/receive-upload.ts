import { createHash } from "node:crypto";
import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { storeFile } from "../files/file-store.ts";
import { readBody, readJson } from "../http/read-body.ts";
import { sendJson } from "../http/send-json.ts";
import type { Upload } from "./uploads.ts";

/** fal's JS client sends at most 90 MiB in one piece and parts of 10 MiB. */
const UPLOAD_BYTES_MAX = 128 * 1024 * 1024;
const COMPLETE_BYTES_MAX = 1024 * 1024;

/** `PUT upload_url`: raw bytes, no Authorization; the URL itself is the permission. */
export async function receiveUpload(emulator: Emulator, req: Request, res: Response): Promise<void> {
  const upload = findUpload(emulator, req, res);
  if (!upload) return;
  const body = await readBody(req, UPLOAD_BYTES_MAX);
  if (body.outcome === "too_large") return sendJson(res, 413, { detail: "File too large" });
  const contentType = req.headers["content-type"] ?? upload.contentType;
  finishUpload(emulator, req, { ...upload, contentType }, body.bytes);
  sendJson(res, 200, {});
}

/** `PUT {upload_url}/{part number}` answers what `complete` wants to hear again. */
export async function receivePart(emulator: Emulator, req: Request, res: Response): Promise<void> {
  const upload = findUpload(emulator, req, res);
  if (!upload) return;
  const partNumber = Number(req.params.part);
  if (!Number.isInteger(partNumber) || partNumber < 1) return sendJson(res, 400, { detail: "Invalid part number" });
  const body = await readBody(req, UPLOAD_BYTES_MAX);
  if (body.outcome === "too_large") return sendJson(res, 413, { detail: "Part too large" });
  upload.parts.set(partNumber, body.bytes);
  sendJson(res, 200, { partNumber, etag: etagOf(body.bytes) });
}

/** `POST {upload_url}/complete` with `{parts: [{partNumber, etag}]}`. */
export async function completeUpload(emulator: Emulator, req: Request, res: Response): Promise<void> {
  const upload = findUpload(emulator, req, res);
  if (!upload) return;
  const body = ((await readJson(req, COMPLETE_BYTES_MAX)) ?? {}) as { parts?: { partNumber: number; etag: string }[] };
  const parts = Array.isArray(body.parts) ? body.parts : [];
  const pieces = parts.map(({ partNumber, etag }) => {
    const bytes = upload.parts.get(partNumber);
    return bytes && etagOf(bytes) === etag ? bytes : undefined;
  });
  if (pieces.length === 0 || pieces.includes(undefined)) return sendJson(res, 400, { detail: "Invalid parts" });
  finishUpload(emulator, req, upload, Buffer.concat(pieces.filter((piece) => piece !== undefined)));
  sendJson(res, 200, {});
}

function findUpload(emulator: Emulator, req: Request, res: Response): Upload | undefined {
  const upload = emulator.uploads.get(String(req.params.token));
  if (!upload) sendJson(res, 404, { detail: "Upload not found" });
  return upload;
}

function finishUpload(emulator: Emulator, req: Request, upload: Upload, bytes: Buffer): void {
  const { name, contentType } = upload;
  storeFile(emulator.files, { name, contentType, bytes, expiresAt: null, subject: null });
  emulator.uploads.delete(String(req.params.token));
}

function etagOf(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}
