import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Env } from "@darkroom/core/env";

/** Longer than the 60 s of common load balancers: who closes first must be them, or requests meet a closing connection. */
const keepAliveMs = 75_000;
/** Node wants it above the keep-alive time. */
const headersMs = 80_000;
/** For the whole request with its body: 45 MB in five minutes is a slow phone line. */
const requestMs = 300_000;
const headerBytesMax = 16_384;

/** Starts answering; rejects if the address cannot be had. */
export function listen(app: RequestListener, env: Pick<Env, "HOST" | "PORT">): Promise<Server> {
  const server = createServer(
    { maxHeaderSize: headerBytesMax, requestTimeout: requestMs, headersTimeout: headersMs },
    app,
  );
  server.keepAliveTimeout = keepAliveMs;
  rememberSilent(server);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(env.PORT, env.HOST, () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}

/** Connections that have not asked for anything yet: Node does not count them as idle, and browsers open them in advance. */
const silentOf = new WeakMap<Server, Set<Socket>>();

function rememberSilent(server: Server): void {
  const silent = new Set<Socket>();
  silentOf.set(server, silent);
  server.on("connection", (socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  server.on("request", (request) => silent.delete(request.socket));
}

/** How often connections that have become idle are closed while the last requests end. */
const lookMs = 50;
/** A connection made a moment ago may be about to ask; one that stays silent this long was opened in advance. */
const silentGraceMs = 500;

/** Takes no new connection, lets running requests end, and cuts those that outlast the grace. */
export function stopServing(server: Server, graceMs: number): Promise<"ended" | "cut"> {
  return new Promise((resolve) => {
    let result: "ended" | "cut" = "ended";
    const look = setInterval(() => server.closeIdleConnections(), lookMs);
    const drop = setTimeout(() => dropSilent(server), silentGraceMs);
    const cut = setTimeout(() => {
      result = "cut";
      server.closeAllConnections();
    }, graceMs);
    server.close(() => {
      clearInterval(look);
      clearTimeout(cut);
      clearTimeout(drop);
      resolve(result);
    });
    server.closeIdleConnections();
  });
}

function dropSilent(server: Server): void {
  for (const socket of silentOf.get(server) ?? []) socket.destroy();
}
