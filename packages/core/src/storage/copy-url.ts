import { type Dispatcher, request } from "undici";
import { findBlockedAddress } from "../egress/guarded-agent.ts";
import { type ImageExtension, type ImageType, imageExtensions } from "./image-types.ts";
import { ImageRefusedError, type InspectedImage, inspectImage } from "./inspect-image.ts";
import { putStream } from "./put-stream.ts";
import type { Storage } from "./s3.ts";
import { describeStorageError } from "./storage-error.ts";
import { verifyObject } from "./verify-object.ts";
import { vouchesFor } from "./vouches-for.ts";

export type CopyOptions = {
  url: string;
  /** Where to; as a function for keys that end in the picture's extension, which only its bytes tell. */
  key: string | ((extension: ImageExtension) => string);
  bytesMax: number;
  /** For all of it: fetching, storing and verifying. */
  timeoutMs: number;
  /** Longest silence of the source, before its answer and within it. Default: half a minute. */
  idleTimeoutMs?: number;
  /** Host names; `*.example.com` stands for every subdomain. */
  allowedHosts: readonly string[];
  dispatcher?: Dispatcher;
  signal?: AbortSignal;
};

export type CopyFailure =
  | "host_not_allowed"
  | "blocked_address"
  | "network"
  | "http_status"
  | "timeout"
  | "aborted"
  | "too_large"
  | "not_an_image"
  | "truncated"
  | "storage"
  | "not_verified";

export type CopyResult =
  | {
      outcome: "copied";
      key: string;
      bytes: number;
      sha256: string;
      contentType: ImageType;
      width: number;
      height: number;
      host: string;
    }
  | {
      outcome: "failed";
      /** Whether the same call may succeed later. */
      retryable: boolean;
      reason: CopyFailure;
      status?: number;
      host: string;
      /** For a timeline: never names a URL. */
      detail: string;
    };

const defaultIdleTimeoutMs = 30_000;
const detailCharsMax = 300;
const retryableFailures = new Set<CopyFailure>([
  "network",
  "timeout",
  "aborted",
  "truncated",
  "storage",
  "not_verified",
]);
/** 404 and 403: object stores answer them for a file that was written a moment ago, and fal's may. The rest: RFC 9110, RFC 6585. */
const retryableStatuses = new Set([403, 404, 408, 425, 429, 500, 502, 503, 504]);

class CopyError extends Error {
  readonly reason: CopyFailure;
  readonly status: number | undefined;

  constructor(reason: CopyFailure, detail: string, status?: number) {
    super(detail);
    this.reason = reason;
    this.status = status;
  }
}

/**
 * Copies a picture from an http(s) URL into the bucket as a stream, and makes sure that it is there as it was sent: by the store's
 * own word where it gives one, else by reading it back. Nothing is stored unless all
 * of it came and is a picture. Every failure of either side is a value.
 */
export async function copyUrl(storage: Storage, options: CopyOptions): Promise<CopyResult> {
  const host = allowedHost(options);
  if (host === undefined)
    return failed(new CopyError("host_not_allowed", "The host is not on the list."), hostOf(options.url));
  const limits = startLimits(options);
  try {
    return { outcome: "copied", ...(await copy(storage, options, limits.signal)), host };
  } catch (error) {
    return failed(limits.ended() ?? asCopyError(error), host);
  } finally {
    limits.clear();
  }
}

/** The caller's will and the time allowed, as one signal. Not AbortSignal.any: the caller's may outlive thousands of copies. */
function startLimits(options: CopyOptions) {
  const work = new AbortController();
  let ending: CopyError | undefined;
  const end = (reason: "timeout" | "aborted", detail: string) => {
    ending ??= new CopyError(reason, detail);
    work.abort(ending);
  };
  const stop = () => end("aborted", "It was stopped from outside.");
  const timer = setTimeout(end, options.timeoutMs, "timeout", `It took longer than ${options.timeoutMs} ms.`);
  options.signal?.addEventListener("abort", stop, { once: true });
  if (options.signal?.aborted) stop();
  return {
    signal: work.signal,
    ended: () => ending,
    clear: () => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", stop);
      work.abort(); // Lets go of a source that still sends.
    },
  };
}

async function copy(storage: Storage, options: CopyOptions, signal: AbortSignal) {
  const answer = await fetchImage(options, signal);
  const announced = answer.headers["content-length"];
  const bytesExpected = typeof announced === "string" ? Number(announced) : undefined;
  if (bytesExpected !== undefined && bytesExpected > options.bytesMax) {
    answer.body.on("error", () => {}).destroy();
    throw new CopyError("too_large", `It has ${bytesExpected} bytes; ${options.bytesMax} are allowed.`);
  }
  const image = await inspectImage(answer.body, { bytesMax: options.bytesMax, bytesExpected, mustEnd: true });
  const { contentType } = image;
  const key = typeof options.key === "string" ? options.key : options.key(imageExtensions[contentType]);
  await store(storage, { key, image, bytes: bytesExpected, signal });
  return { ...image.facts(), key, contentType };
}

async function store(
  storage: Storage,
  what: { key: string; image: InspectedImage; bytes: number | undefined; signal: AbortSignal },
): Promise<void> {
  const { key, image, bytes, signal } = what;
  const { body, contentType } = image;
  const { etag } = await putStream(storage, { key, body, contentType, bytes, signal }).catch(asStorageFailure);
  if (vouchesFor(etag, image.md5())) return;
  const { bytes: stored, sha256 } = image.facts();
  const verified = await verifyObject(storage, { key, bytes: stored, sha256, signal }).catch(asStorageFailure);
  if (!verified.ok) throw new CopyError("not_verified", verified.detail);
}

async function fetchImage(options: CopyOptions, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  const idleTimeoutMs = options.idleTimeoutMs ?? defaultIdleTimeoutMs;
  const answer = await request(options.url, {
    dispatcher: options.dispatcher,
    signal,
    headersTimeout: idleTimeoutMs,
    bodyTimeout: idleTimeoutMs,
    // Compressed, the length would be another's and the bytes not a picture's.
    headers: { accept: "image/*", "accept-encoding": "identity" },
  });
  if (answer.statusCode === 200) return answer;
  throw new CopyError("http_status", await readBeginning(answer.body), answer.statusCode);
}

/** The first characters of an error page. */
async function readBeginning(body: Dispatcher.ResponseData["body"]): Promise<string> {
  let text = "";
  try {
    for await (const chunk of body.setEncoding("utf8")) {
      text += chunk;
      if (text.length >= detailCharsMax) break;
    }
  } catch {
    // The status says enough.
  }
  return text;
}

function asStorageFailure(error: unknown): never {
  if (error instanceof ImageRefusedError) throw error;
  throw new CopyError("storage", describeStorageError(error));
}

/** Everything else that can be thrown here comes from the source's side. */
function asCopyError(error: unknown): CopyError {
  if (error instanceof CopyError) return error;
  if (error instanceof ImageRefusedError && !isTimeout(error.cause)) return new CopyError(error.reason, error.message);
  const cause = error instanceof ImageRefusedError ? error.cause : error;
  if (isTimeout(cause)) return new CopyError("timeout", "The source fell silent.");
  const blocked = findBlockedAddress(cause);
  if (blocked) return new CopyError("blocked_address", blocked.message);
  const { code, name } = cause as { code?: unknown; name?: string };
  return new CopyError("network", typeof code === "string" ? code : (name ?? "unknown"));
}

function isTimeout(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT" || code === "UND_ERR_CONNECT_TIMEOUT";
}

function failed(error: CopyError, host: string): CopyResult {
  const { reason, status } = error;
  const retryable = retryableFailures.has(reason) || (status !== undefined && retryableStatuses.has(status));
  const detail = error.message.slice(0, detailCharsMax);
  return { outcome: "failed", retryable, reason, host, detail, ...(status === undefined ? {} : { status }) };
}

/** The URL's host if it is one of those allowed. */
function allowedHost(options: CopyOptions): string | undefined {
  if (!URL.canParse(options.url)) return undefined;
  const { protocol, hostname } = new URL(options.url);
  const isAllowed = options.allowedHosts.some((pattern) => matchesHost(hostname, pattern.toLowerCase()));
  return isAllowed && (protocol === "https:" || protocol === "http:") ? hostname : undefined;
}

function matchesHost(hostname: string, pattern: string): boolean {
  return pattern.startsWith("*.") ? hostname.endsWith(pattern.slice(1)) : hostname === pattern;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : "";
}
