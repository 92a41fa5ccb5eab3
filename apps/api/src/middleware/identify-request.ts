import { newId } from "@darkroom/core/ids";
import type { RequestHandler, Response } from "express";

/** Gives every request an id: in its reply's header, in every problem, and in the log. */
export function identifyRequest(): RequestHandler {
  return (_request, response, next) => {
    const requestId = newId("req");
    response.locals.requestId = requestId;
    response.set("x-request-id", requestId);
    next();
  };
}

export function requestIdOf(response: Response): string {
  return String(response.locals.requestId);
}
