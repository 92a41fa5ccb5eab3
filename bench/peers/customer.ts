import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { readSettings } from "./peer-settings.ts";

/** A customer's endpoint: takes every POST and remembers when it first heard of which id. */
type Told = { id?: unknown; data?: { id?: unknown; job?: { id?: unknown } } };

let heard = new Map<string, number>();
let posts = 0;

const server = createServer(async (request, response) => {
  if (request.method === "POST") {
    const body = await text(request);
    response.writeHead(200).end();
    note(body);
    return;
  }
  if (request.method === "DELETE") {
    heard = new Map();
    posts = 0;
  }
  const report = request.url === "/heard" ? Object.fromEntries(heard) : { posts, ids: heard.size };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(report));
});
server.keepAliveTimeout = 60_000;
server.listen(readSettings().port, "127.0.0.1");

function note(body: string): void {
  posts += 1;
  const told = JSON.parse(body) as Told;
  const id = String(told.data?.job?.id ?? told.data?.id ?? told.id);
  if (!heard.has(id)) heard.set(id, performance.timeOrigin + performance.now());
}
