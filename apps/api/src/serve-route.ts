import type { Request, RequestHandler, Response } from "express";
import type { Api } from "./api.ts";
import { auditWrite } from "./middleware/audit-write.ts";
import { authenticate, type Caller } from "./middleware/authenticate.ts";
import { type AdminCaller, authenticateAdmin, isAdminAccess } from "./middleware/authenticate-admin.ts";
import { requestIdOf } from "./middleware/identify-request.ts";
import { limitRequests } from "./middleware/limit-requests.ts";
import { noteAdmin, noteCaller, noteRoute } from "./middleware/observe-request.ts";
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
  const who = await identify(api, route, request, response, now);
  if (who.outcome === "refused") return who.reply;
  const body = await readBody(api, route, request, response);
  if (body.outcome === "refused") return body.reply;
  const checked = checkRequest(route, request, body.value);
  if (checked.outcome === "refused") return checked.reply;
  const parts = {
    ...checked.parts,
    caller: who.caller,
    admin: who.admin,
    now,
    path: request.path,
    requestId: requestIdOf(response),
    raw: request,
    response,
  };
  return auditWrite(api, route, parts, (note) => route.handle(api, { ...parts, note }));
}

type Identified =
  | { outcome: "passed"; caller: Caller | null; admin: AdminCaller | null }
  | { outcome: "refused"; reply: Reply };

async function identify(api: Api, route: Route, request: Request, response: Response, now: Date): Promise<Identified> {
  if (isAdminAccess(route.access)) {
    const who = await authenticateAdmin(api, route.access, request, now);
    if (who.outcome === "refused") return who;
    noteAdmin(response, who.admin);
    return { ...who, caller: null };
  }
  const who = await authenticate(api, route.access, request.headers.authorization, now);
  if (who.outcome === "refused") return who;
  if (!who.caller) return { ...who, admin: null };
  noteCaller(response, who.caller);
  const limited = await limitRequests(api, who.caller, response, now);
  if (limited) return { outcome: "refused", reply: limited };
  if (who.missingScope) {
    const reply = problem("insufficient_scope", `This needs a key with the scope ${who.missingScope}.`);
    return { outcome: "refused", reply };
  }
  return { ...who, admin: null };
}
