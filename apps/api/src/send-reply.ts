import type { Problem } from "@darkroom/contract/problems";
import { problemCatalogue } from "@darkroom/contract/problems";
import type { Response } from "express";
import { requestIdOf } from "./middleware/identify-request.ts";
import type { ProblemReply, Reply } from "./reply.ts";

/** Writes a reply; the only place that does, but for streams. */
export function sendReply(response: Response, reply: Reply): void {
  response.set(reply.kind === "stream" ? {} : (reply.headers ?? {}));
  switch (reply.kind) {
    case "stream":
      reply.start(response);
      return;
    case "json":
      response.status(reply.status).json(reply.body);
      return;
    case "text":
      response.status(reply.status).type(reply.contentType).send(reply.body);
      return;
    case "redirect":
      // Not response.redirect(): its body would repeat the link, which is a secret.
      response.status(302).set("location", reply.location).end();
      return;
    case "empty":
      response.status(reply.status).end();
      return;
    case "problem":
      sendProblem(response, reply);
  }
}

function sendProblem(response: Response, reply: ProblemReply): void {
  const where = { path: response.req.path, requestId: requestIdOf(response) };
  const body = toProblem(reply, where);
  response.status(body.status).type("application/problem+json").send(JSON.stringify(body));
}

/** The problem as RFC 9457 has it. `type` is relative: it is resolved against the API's own address (RFC 9457 §3.1.1). */
export function toProblem(reply: ProblemReply, where: { path: string; requestId: string }): Problem {
  const { status, title, remedy } = problemCatalogue[reply.code];
  return {
    type: `/docs/errors#${reply.code}`,
    title,
    status,
    detail: reply.detail,
    instance: where.path,
    code: reply.code,
    remedy,
    request_id: where.requestId,
    ...(reply.errors ? { errors: reply.errors } : {}),
    ...reply.members,
  };
}
