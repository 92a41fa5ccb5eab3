import type { RequestHandler, Response } from "express";
import type { Api } from "../api.ts";
import type { Caller } from "./authenticate.ts";
import type { AdminCaller } from "./authenticate-admin.ts";
import { requestIdOf } from "./identify-request.ts";

/** Names the route for log and metrics: its pattern, never the path, which may carry a token. */
export function noteRoute(response: Response, path: string): void {
  response.locals.route = path;
}

export function noteCaller(response: Response, caller: Caller): void {
  response.locals.caller = caller;
}

export function noteAdmin(response: Response, { id }: AdminCaller): void {
  response.locals.admin = id;
}

/** Requests of probes and scrapers, every few seconds each: not worth a line. */
const quietRoutes = new Set(["/health/live", "/health/ready", "/metrics"]);

/** One wide line and one measurement per request, when its reply is out or its caller has gone. No bodies, queries or headers. */
export function observeRequest(api: Pick<Api, "log" | "metrics">): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    response.once("close", () => {
      const ms = performance.now() - startedAt;
      const route = typeof response.locals.route === "string" ? response.locals.route : "none";
      const { statusCode: status } = response;
      api.metrics.httpSeconds.observe({ method: request.method, route, status: String(status) }, ms / 1000);
      const line = describe(request.method, route, response, ms, Number(request.headers["content-length"] ?? 0));
      api.log[quietRoutes.has(route) ? "debug" : "info"](line, "request");
    });
    next();
  };
}

function describe(method: string, route: string, response: Response, ms: number, bytesIn: number) {
  const caller = response.locals.caller as Caller | undefined;
  return {
    method,
    route,
    status: response.statusCode,
    ms: Math.round(ms * 10) / 10,
    request_id: requestIdOf(response),
    ...(caller ? { tenant: caller.tenantId, key: caller.keyId } : {}),
    ...(response.locals.admin ? { admin: String(response.locals.admin) } : {}),
    bytes_in: bytesIn,
    bytes_out: Number(response.getHeader("content-length") ?? 0),
    // The caller hung up before the whole reply was out.
    ...(response.writableFinished ? {} : { aborted: true }),
  };
}
