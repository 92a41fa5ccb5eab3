import { setTimeout as pause } from "node:timers/promises";
import type { Notebook } from "./notebook.ts";

export type Caller = { apiUrls: readonly string[]; apiKey: string; notebook: Notebook; signal: AbortSignal };
export type ApiRequest = {
  method: "GET" | "POST";
  path: string;
  body?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
  /** Which of the api processes is asked first. */
  first?: number;
};
/** `askedAt`: when the request went out that was answered so. */
export type ApiReply = { status: number; body: Record<string, unknown>; askedAt: string };

const timeoutMs = 25_000;
/** Worth a look: nobody likes to wait for that long, whatever is broken. */
const slowMs = 10_000;
const firstPauseMs = 150;
const pauseMsMax = 2_500;

/**
 * Asks as a good client does: until there is an answer, after no reply, 429 or 5xx again, a little later, at the other process.
 * Null when the run is over before that.
 */
export async function callApi(caller: Caller, request: ApiRequest): Promise<ApiReply | null> {
  for (let tries = 0; !caller.signal.aborted; tries += 1) {
    const url = caller.apiUrls[((request.first ?? 0) + tries) % caller.apiUrls.length] as string;
    const reply = await askOnce(caller, url, request);
    if (reply && reply.status !== 429 && reply.status < 500) return reply;
    const pauseMs = Math.min(firstPauseMs * 2 ** tries, pauseMsMax) * (0.5 + Math.random());
    await pause(pauseMs, undefined, { signal: caller.signal }).catch(() => {});
  }
  return null;
}

async function askOnce(caller: Caller, url: string, request: ApiRequest): Promise<ApiReply | null> {
  const startedAt = performance.now();
  const reply = await send(caller, url, request).catch(() => null);
  const { notebook } = caller;
  const kind = reply ? String(reply.status) : "network";
  const ms = Math.round(performance.now() - startedAt);
  if (ms > slowMs) {
    notebook.slow.push({ ms, kind, request: `${request.method} ${request.path}`, at: new Date().toISOString() });
  }
  notebook.replies.set(kind, (notebook.replies.get(kind) ?? 0) + 1);
  return reply;
}

async function send(caller: Caller, url: string, { method, path, body, headers }: ApiRequest): Promise<ApiReply> {
  const askedAt = new Date().toISOString();
  const response = await fetch(`${url}${path}`, {
    method,
    body,
    headers: { "content-type": "application/json", ...headers, authorization: `Bearer ${caller.apiKey}` },
    signal: AbortSignal.timeout(timeoutMs),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown>, askedAt };
}
