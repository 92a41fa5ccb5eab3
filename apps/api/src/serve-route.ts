import type { Request, RequestHandler, Response } from "express";
import type { Api } from "./api.ts";
import { authenticate } from "./middleware/authenticate.ts";
import { requestIdOf } from "./middleware/identify-request.ts";
import { noteCaller, noteRoute } from "./middleware/observe-request.ts";
import { limitRate } from "./middleware/rate-limit.ts";
import { problem, type Reply } from "./reply.ts";
import { checkRequest } from "./requests/check-request.ts";
import { readBody } from "./requests/read-body.ts";
import type { Route } from "./route.ts";
import { sendReply } from "./send-reply.ts";

/** Turns a route into an Express handler. */
export function serveRoute(api: Api, route: Route): RequestHandler {
  return async (request, response) => {
    noteRoute(response, route.path);
    sendReply(response, await answer(api, route, request, response));
  };
}

/** Cheap refusals come first: nothing of a body is read for a stranger, and nothing is looked up for a malformed request. */
async function answer(api: Api, route: Route, request: Request, response: Response): Promise<Reply> {
  const now = api.clock.now();
  const who = await authenticate(api, route.access, request.headers.authorization, now);
  if (who.outcome === "refused") return who.reply;
  if (who.caller) {
    noteCaller(response, who.caller);
    const limited = await limitRate(api, who.caller, response);
    if (limited) return limited;
    if (who.missingScope) return problem("insufficient_scope", `This needs a key with the scope ${who.missingScope}.`);
  }
  const body = await readBody(api, route, request, response);
  if (body.outcome === "refused") return body.reply;
  const checked = checkRequest(route, request, body.value);
  if (checked.outcome === "refused") return checked.reply;
  return route.handle(api, {
    ...checked.parts,
    caller: who.caller,
    now,
    path: request.path,
    requestId: requestIdOf(response),
    raw: request,
    response,
  });
}
