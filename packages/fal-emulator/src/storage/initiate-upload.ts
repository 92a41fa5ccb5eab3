import { randomBytes } from "node:crypto";
import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { fileUrl, newFileName } from "../files/file-store.ts";
import { authorize } from "../http/authorize.ts";
import { baseUrl } from "../http/base-url.ts";
import { readJson } from "../http/read-body.ts";
import { sendJson } from "../http/send-json.ts";
import { openUpload } from "./uploads.ts";

const INITIATE_BYTES_MAX = 64 * 1024;

/** `POST rest.fal.ai/storage/upload/initiate[-multipart]`: names the file before it exists. */
export async function initiateUpload(
  emulator: Emulator,
  req: Request,
  res: Response,
  kind: "upload" | "multipart",
): Promise<void> {
  const key = authorize(emulator, req, "Authorization header is required");
  if (key.outcome === "refused") return sendJson(res, key.status, { detail: key.detail });
  const body = ((await readJson(req, INITIATE_BYTES_MAX)) ?? {}) as { content_type?: unknown; file_name?: unknown };
  const contentType = typeof body.content_type === "string" ? body.content_type : "application/octet-stream";
  const name = newFileName(typeof body.file_name === "string" ? body.file_name : "file.bin");
  const token = randomBytes(18).toString("base64url");
  openUpload(emulator.uploads, token, { name, contentType, parts: new Map() });
  const base = baseUrl(emulator, req);
  sendJson(res, 200, { upload_url: `${base}/fal.media/${kind}/${token}`, file_url: fileUrl(base, name) });
}
