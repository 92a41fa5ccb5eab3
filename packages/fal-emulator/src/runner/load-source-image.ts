import sharp from "sharp";
import { fetch } from "undici";
import type { Emulator } from "../emulator.ts";
import { type Issue, issue } from "../models/issue.ts";
import type { ImageSize } from "../models/read-size.ts";

/** fal names no limit; this keeps one request from filling the memory. */
const SOURCE_BYTES_MAX = 64 * 1024 * 1024;
const SOURCE_TIMEOUT_MS = 15_000;

export interface SourceImage {
  encoded: Buffer;
  size: ImageSize;
}

type Loading = { outcome: "loaded"; image: SourceImage } | { outcome: "refused"; issue: Issue };
type Download = { outcome: "downloaded"; bytes: Buffer } | { outcome: "failed" } | { outcome: "too_large" };

/** Fetches an input image as fal's runner does: an http(s) URL or a data URI. */
export async function loadSourceImage(emulator: Emulator, field: string, url: string): Promise<Loading> {
  const download = url.startsWith("data:") ? readDataUri(url) : await downloadUrl(emulator, url);
  const loc = ["body", field];
  if (download.outcome === "failed") {
    const msg = "Failed to download the file. Please check if the URL is accessible and try again.";
    return { outcome: "refused", issue: issue(loc, "file_download_error", msg, url) };
  }
  if (download.outcome === "too_large") {
    const ctx = { max_size: SOURCE_BYTES_MAX };
    return { outcome: "refused", issue: issue(loc, "file_too_large", "File size exceeds the limit", url, ctx) };
  }
  const size = await readSize(download.bytes);
  if (!size) {
    const msg = "Failed to load the image. Please ensure the image file is not corrupted and is in a supported format.";
    return { outcome: "refused", issue: issue(loc, "image_load_error", msg, url) };
  }
  return { outcome: "loaded", image: { encoded: download.bytes, size } };
}

function readDataUri(uri: string): Download {
  const comma = uri.indexOf(",");
  if (comma < 0) return { outcome: "failed" };
  const content = uri.slice(comma + 1);
  if (content.length > SOURCE_BYTES_MAX * 1.4) return { outcome: "too_large" };
  const isBase64 = uri.slice(0, comma).endsWith(";base64");
  return { outcome: "downloaded", bytes: isBase64 ? Buffer.from(content, "base64") : Buffer.from(content) };
}

async function downloadUrl(emulator: Emulator, url: string): Promise<Download> {
  const began = Date.now();
  try {
    const response = await fetch(url, { dispatcher: emulator.agent, signal: AbortSignal.timeout(SOURCE_TIMEOUT_MS) });
    emulator.log.info(
      { status: response.status, host: new URL(url).host, ms: Date.now() - began },
      "source image read",
    );
    if (!response.ok || !response.body) return { outcome: "failed" };
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += chunk.length;
      if (size > SOURCE_BYTES_MAX) return { outcome: "too_large" };
      chunks.push(chunk);
    }
    return { outcome: "downloaded", bytes: Buffer.concat(chunks) };
  } catch (error) {
    emulator.log.info(
      { ms: Date.now() - began, error: error instanceof Error ? error.name : "unknown" },
      "source image failed",
    );
    return { outcome: "failed" };
  }
}

/** The size as seen upright; undefined when it is no image. Decodes it whole, so that a cut-off file is found out here. */
async function readSize(bytes: Buffer): Promise<ImageSize | undefined> {
  try {
    const { autoOrient } = await sharp(bytes).metadata();
    await sharp(bytes, { failOn: "error" }).stats();
    return { width: autoOrient.width, height: autoOrient.height };
  } catch {
    return undefined;
  }
}
