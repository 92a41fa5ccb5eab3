import type { ServerResponse } from "node:http";

/** Answers JSON. A plain `end` instead of Express's `json`: no ETag to compute, and so never a 304. */
export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string | number> = {},
): void {
  const text = Buffer.from(JSON.stringify(body));
  res.writeHead(status, { "Content-Type": "application/json", "Content-Length": text.length, ...headers });
  res.end(text);
}
