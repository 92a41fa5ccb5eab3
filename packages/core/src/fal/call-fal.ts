import { createFalClient, type FalClient } from "@fal-ai/client";
import { Agent, type Dispatcher, request } from "undici";
import type { Log } from "../log.ts";
import { rewriteFalUrl } from "./rewrite-url.ts";

/** The way to fal: one per process, shared by all calls. */
export type Fal = {
  key: string;
  baseUrl: string | undefined;
  submitTimeoutMs: number;
  requestTimeoutMs: number;
  agent: Agent;
  log: Log;
};

/**
 * How a call to fal ended, decided from what happened on the socket.
 * `not_sent`: not one byte of the request left, so fal cannot have it. `lost`: it may have, and we do not know what it said.
 */
export type FalReply<Value> =
  | { kind: "ok"; value: Value; headers: Headers }
  | { kind: "http_error"; status: number; headers: Headers; body: unknown }
  | { kind: "not_sent"; reason: string }
  | { kind: "lost"; reason: string };

/** Largest answer that is read: a result with four 2048² pictures as data URIs stays below. */
const replyBytesMax = 100_000_000;

export function createFal(options: Omit<Fal, "agent">): Fal {
  // Fewer idle seconds than common load balancers allow (60 s), so that we seldom write to a socket that is being closed.
  const agent = new Agent({ keepAliveTimeout: 20_000, keepAliveMaxTimeout: 30_000, connect: { timeout: 10_000 } });
  return { ...options, agent };
}

/** What one call did; filled in by its fetch. */
type Wire = { host: string; sent: boolean; status: number | null; headers: Headers; body: unknown; error: unknown };

/**
 * Runs one call of `@fal-ai/client`, made safe: the client re-POSTs submits whose reply was lost and ignores `maxRetries: 0`
 * (its queue.submit overrides the option), so its fetch here ends every failure in a way the client does not repeat. Timeouts,
 * a size limit, the response headers the client drops, and one log line come with it.
 */
export async function callFal<Value>(
  fal: Fal,
  call: { name: string; timeoutMs: number; signal?: AbortSignal },
  run: (client: FalClient, fetchFal: typeof fetch) => Promise<Value>,
): Promise<FalReply<Value>> {
  const wire: Wire = { host: "", sent: false, status: null, headers: new Headers(), body: null, error: null };
  const startedAt = performance.now();
  const fetchFal = safeFetch(fal, call, wire);
  const reply = await run(createFalClient({ credentials: fal.key, fetch: fetchFal }), fetchFal).then(
    (value): FalReply<Value> => ({ kind: "ok", value, headers: wire.headers }),
    (error: unknown) => replyOf(wire, error),
  );
  const ms = Math.round(performance.now() - startedAt);
  fal.log.info({ call: `fal.${call.name}`, host: wire.host, status: wire.status, ms, reply: reply.kind }, "fal call");
  return reply;
}

function replyOf(wire: Wire, error: unknown): FalReply<never> {
  if (wire.status !== null && wire.error === null) {
    return { kind: "http_error", status: wire.status, headers: wire.headers, body: wire.body };
  }
  const reason = reasonOf(wire.error ?? error);
  return wire.sent ? { kind: "lost", reason } : { kind: "not_sent", reason };
}

/** A short, stable word for a transport failure: its code or name. Messages may carry URLs, so they are left out. */
function reasonOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === "string" ? code : typeof name === "string" ? name : "unknown";
}

/** Thrown to the client: it takes an AbortError for the caller's will and does not try again. */
class StoppedCall extends Error {
  override name = "AbortError";
}

function safeFetch(fal: Fal, call: { timeoutMs: number; signal?: AbortSignal }, wire: Wire): typeof fetch {
  return async (resource, init) => {
    const url = rewriteFalUrl(String(resource), fal.baseUrl);
    wire.host = new URL(url).host;
    wire.sent = false;
    try {
      const { status, headers, text } = await send(fal.agent, url, init ?? {}, call, wire);
      wire.status = status;
      wire.headers = headers;
      if (status >= 200 && status < 300) return new Response(text, { status, headers });
      wire.body = parseBody(text);
    } catch (error) {
      wire.error = error;
    }
    throw new StoppedCall("call to fal ended");
  };
}

async function send(
  agent: Agent,
  url: string,
  init: RequestInit,
  call: { timeoutMs: number; signal?: AbortSignal },
  wire: Wire,
) {
  const timeout = AbortSignal.timeout(call.timeoutMs);
  const response = await request(url, {
    method: (init.method ?? "GET") as Dispatcher.HttpMethod,
    headers: init.headers as Record<string, string>,
    body: await bodyOf(init.body),
    signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
    dispatcher: agent.compose(noteSending(wire)),
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { status: response.statusCode, headers: headersOf(response.headers), text: await readBounded(response.body) };
}

/** undici starts a request only once its connection stands: from then on bytes may be on their way. */
function noteSending(wire: Wire): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => {
        wire.sent = true;
        handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
      onResponseStart: (...given) => handler.onResponseStart?.(...given),
      onResponseData: (...given) => handler.onResponseData?.(...given),
      onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
      onResponseError: (...given) => handler.onResponseError?.(...given),
    });
}

async function bodyOf(body: RequestInit["body"]): Promise<string | Uint8Array | null> {
  if (body === null || body === undefined) return null;
  return typeof body === "string" ? body : new Uint8Array(await new Response(body).arrayBuffer());
}

async function readBounded(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > replyBytesMax) throw Object.assign(new Error("reply too large"), { code: "REPLY_TOO_LARGE" });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function headersOf(raw: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) if (value !== undefined) headers.set(name, String(value));
  return headers;
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 300);
  }
}
