import type { FalEmulator } from "../start-fal-emulator.ts";

export const TURBO = "fal-ai/z-image/turbo";
export const IMAGE_TO_IMAGE = "fal-ai/z-image/turbo/image-to-image";

export interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: replies are looked into by tests, whose expectations are the check.
  body: any;
}

interface CallOptions {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

interface SubmitOptions {
  endpoint?: string;
  webhook?: string;
  headers?: Record<string, string>;
}

/** Calls an emulator as a plain HTTP client with the right key. */
export function createCaller(emulator: FalEmulator) {
  const call = async (path: string, options: CallOptions = {}): Promise<Reply> => {
    const { method = "GET", body, headers = {} } = options;
    const response = await fetch(path.startsWith("http") ? path : `${emulator.url}${path}`, {
      method,
      headers: { Authorization: `Key ${emulator.key}`, "Content-Type": "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type") === "application/json";
    return { status: response.status, headers: response.headers, body: isJson && text ? JSON.parse(text) : text };
  };
  const submit = (input: unknown, options: SubmitOptions = {}) => {
    const query = options.webhook ? `?fal_webhook=${encodeURIComponent(options.webhook)}` : "";
    const path = `/queue.fal.run/${options.endpoint ?? TURBO}${query}`;
    return call(path, { method: "POST", body: input, headers: options.headers });
  };
  const statusPath = (id: string) => `/queue.fal.run/fal-ai/z-image/requests/${id}/status`;
  /** Polls until the request has reached a state (or is unknown); every poll is a real request, so nothing spins. */
  const until = async (id: string, state: string): Promise<Reply> => {
    for (;;) {
      const reply = await call(`${statusPath(id)}?logs=1`);
      if ([state, "COMPLETED", "NOT_FOUND"].includes(reply.body.status)) return reply;
    }
  };
  const result = async (id: string): Promise<Reply> => {
    await until(id, "COMPLETED");
    return call(`/queue.fal.run/fal-ai/z-image/requests/${id}`);
  };
  const cancel = (id: string) => call(`/queue.fal.run/fal-ai/z-image/requests/${id}/cancel`, { method: "PUT" });
  return { call, submit, until, result, cancel, statusPath };
}
