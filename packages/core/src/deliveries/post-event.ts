import type { IncomingHttpHeaders } from "node:http";
import type { DeliveryError } from "@darkroom/contract/deliveries";
import type { Agent, Dispatcher } from "undici";
import { findBlockedAddress } from "../egress/guarded-agent.ts";

export type PostOutcome = { ms: number } & (
  | {
      outcome: "answered";
      status: number;
      retryAfterMs: number | null;
      /** It asked not to be sent this again (`webhook-delivery: abort-message`, as at Svix). */
      abort: boolean;
      /** The beginning of the body, as text. */
      body: string;
    }
  | { outcome: "failed"; error: DeliveryError; detail: string }
);

/** What of a body is kept. */
const sliceBytes = 1_024;
/** What of a body is read, so that the connection can be used again; beyond it, a new one is cheaper. */
const bodyBytesMax = 65_536;
/** The status is the answer: a body that drips is not waited for. */
const bodyMsMax = 2_000;

/** One POST to a tenant's URL: no redirects, everything bounded, every failure a value. */
export async function postEvent(
  agent: Agent,
  post: { url: URL; headers: Record<string, string>; body: string; timeoutMs: number; now: Date },
): Promise<PostOutcome> {
  const startedAt = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAt);
  try {
    const { status, headers, kept } = await exchange(agent, post);
    const retryAfterMs = retryAfterOf(headers["retry-after"], post.now);
    const abort = headers["webhook-delivery"] === "abort-message";
    return { outcome: "answered", ms: elapsedMs(), status, retryAfterMs, abort, body: toText(kept) };
  } catch (error) {
    return { outcome: "failed", ms: elapsedMs(), ...classify(error) };
  }
}

type Response = { status: number; headers: IncomingHttpHeaders; kept: Buffer[] };

/** What is thrown into a request that has had its time. */
class TimeoutError extends Error {
  override name = "TimeoutError";
}

/**
 * By undici's dispatch() and not its request(): no stream is made for a body of which 1 KB is kept, which is half of what a
 * delivery costs. Settles once; whatever comes after that is told to end.
 */
function exchange(
  agent: Agent,
  { url, headers, body, timeoutMs }: { url: URL; headers: Record<string, string>; body: string; timeoutMs: number },
): Promise<Response> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let response: Response | undefined;
    let bytes = 0;
    let ended: Error | undefined;
    let timer = setTimeout(() => end(new TimeoutError()), timeoutMs);
    // The status is the answer; what its body broke off with says nothing more.
    const settle = (error?: Error) => {
      clearTimeout(timer);
      if (response) resolve(response);
      else reject(error ?? new Error("the response ended before it began"));
    };
    const end = (reason: Error) => {
      ended = reason;
      settle(reason);
      controller?.abort(reason);
    };
    agent.dispatch(
      { origin: url.origin, path: url.pathname + url.search, method: "POST", headers, body },
      {
        onRequestStart: (started) => {
          controller = started;
          // It took too long to connect: nobody waits for the answer any more.
          if (ended) started.abort(ended);
        },
        onResponseStart: (_controller, status, received) => {
          if (status < 200) return;
          response = { status, headers: received, kept: [] };
          clearTimeout(timer);
          timer = setTimeout(() => end(new TimeoutError()), Math.min(bodyMsMax, timeoutMs));
        },
        onResponseData: (_controller, chunk) => {
          if (bytes < sliceBytes) response?.kept.push(chunk.subarray(0, sliceBytes - bytes));
          bytes += chunk.length;
          if (bytes > bodyBytesMax) end(new Error("the body is too long"));
        },
        onResponseEnd: () => settle(),
        onResponseError: (_controller, error) => settle(error),
      },
    );
  });
}

/** Text that Postgres takes: no NUL. Bytes that are no UTF-8 are replaced. */
function toText(pieces: Buffer[]): string {
  return pieces.length === 0 ? "" : Buffer.concat(pieces).toString("utf8").replaceAll("\u0000", "\ufffd");
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfterOf(header: string | string[] | undefined, now: Date): number | null {
  const text = Array.isArray(header) ? header[0] : header;
  if (!text) return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

function classify(error: unknown): { error: DeliveryError; detail: string } {
  if (findBlockedAddress(error)) return { error: "blocked_address", detail: "EGRESS_BLOCKED" };
  const { code, name } = error as { code?: unknown; name?: string };
  const detail = typeof code === "string" ? code : (name ?? "unknown");
  return { error: kinds.find(([pattern]) => pattern.test(detail))?.[1] ?? "connection", detail };
}

/** Codes of undici, Node's DNS, OpenSSL and the HTTP parser. */
const kinds: readonly (readonly [RegExp, DeliveryError])[] = [
  [/^(TimeoutError|23|UND_ERR_\w*TIMEOUT|ETIMEDOUT)$/, "timeout"],
  [/^(ENOTFOUND|ENODATA|EAI_\w+|ESERVFAIL|EREFUSED)$/, "dns"],
  [/^(ERR_TLS_|ERR_SSL_|CERT_|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA)/, "tls"],
  [/^(HPE_|UND_ERR_RES|UND_ERR_HEADERS_OVERFLOW|HTTPParserError)/, "bad_response"],
];
