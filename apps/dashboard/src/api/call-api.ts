import { csrfHeader } from "@darkroom/contract/admin/access";
import { type AdminRouteName, adminRoutes } from "@darkroom/contract/admin/routes";
import { z } from "zod";
import { ApiError } from "./api-error.ts";

export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;

export type CallOptions = {
  params?: Record<string, string>;
  query?: Query;
  /** A Blob is sent as it is, everything else as JSON. */
  body?: unknown;
  signal?: AbortSignal;
};

/** Longer than any route of /admin/api may take; a picture on a slow line is allowed more. */
const timeoutMs = 30_000;
const uploadTimeoutMs = 120_000;

let csrfToken = "";

/** From the session; goes with every write. */
export function keepCsrfToken(token: string): void {
  csrfToken = token;
}

/** Calls a route of /admin/api and answers its reply as the contract describes it, or throws an ApiError. */
export async function callApi<Schema extends z.ZodType>(
  name: AdminRouteName,
  schema: Schema,
  options: CallOptions = {},
): Promise<z.infer<Schema>> {
  const response = await send(name, options);
  const reply = response.status === 204 ? undefined : await readJson(response);
  if (!response.ok) throw ApiError.ofReply(response, reply);
  const parsed = schema.safeParse(reply);
  if (parsed.success) return parsed.data;
  throw ApiError.ofMismatch(name, z.prettifyError(parsed.error));
}

async function send(name: AdminRouteName, { params = {}, query = {}, body, signal }: CallOptions): Promise<Response> {
  const { method, path } = adminRoutes[name];
  const limit = AbortSignal.timeout(body instanceof Blob ? uploadTimeoutMs : timeoutMs);
  try {
    return await fetch(`${fillPath(path, params)}${toSearch(query)}`, {
      method: method.toUpperCase(),
      headers: headersOf(method, body),
      body: body === undefined || body instanceof Blob ? (body as Blob | undefined) : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw ApiError.ofNetwork(error);
  }
}

function headersOf(method: string, body: unknown): Record<string, string> {
  return {
    accept: "application/json",
    ...(method !== "get" && { [csrfHeader]: csrfToken }),
    ...(body !== undefined && {
      "content-type": body instanceof Blob ? body.type || "application/octet-stream" : "application/json",
    }),
  };
}

export function fillPath(path: string, params: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(params[name] ?? ""));
}

/** Lists as repeated names; what is empty is left out. */
export function toSearch(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return text && `?${text}`;
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}
