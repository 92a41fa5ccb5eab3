import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { readSettings } from "./peer-settings.ts";

/**
 * A customer's endpoints: takes every POST and remembers when it first heard of which id. `/slow` answers late, `/dead` never; at
 * `/well/…` it notes how long after its event each first attempt came.
 */
type Told = { id?: unknown; timestamp?: string; data?: { id?: unknown; job?: { id?: unknown } } };

const slowMs = 2_000;

let heard = new Map<string, number>();
let waits = new Map<string, number>();
let posts = 0;
let bytes = 0;

const server = createServer(async (request, response) => {
  const url = request.url ?? "/";
  if (request.method === "POST") {
    const body = await text(request);
    answer(url, response);
    note(url, body);
    return;
  }
  if (request.method === "DELETE") {
    heard = new Map();
    waits = new Map();
    posts = 0;
    bytes = 0;
  }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(report(url)));
});
server.keepAliveTimeout = 60_000;
server.listen(readSettings().port, "127.0.0.1");

function answer(url: string, response: ServerResponse): void {
  if (url === "/dead") return;
  if (url === "/slow") setTimeout(() => response.writeHead(200).end(), slowMs);
  else response.writeHead(200).end();
}

function note(url: string, body: string): void {
  posts += 1;
  bytes += body.length;
  const now = performance.timeOrigin + performance.now();
  const told = JSON.parse(body) as Told;
  const id = String(told.data?.job?.id ?? told.data?.id ?? told.id);
  if (!heard.has(id)) heard.set(id, now);
  const first = `${url} ${id}`;
  if (url.startsWith("/well/") && !waits.has(first)) waits.set(first, now - Date.parse(told.timestamp ?? ""));
}

function report(url: string): unknown {
  if (url === "/heard") return Object.fromEntries(heard);
  return url === "/waits" ? [...waits.values()] : { posts, bytes, ids: heard.size, waits: waits.size };
}
