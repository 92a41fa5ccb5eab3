import { isDatabaseUnavailable, isStatementTimeout } from "@darkroom/core/db/database";
import type { ErrorRequestHandler } from "express";
import type { Api } from "../api.ts";
import { StorageSilentError } from "../intake/watch-storage.ts";
import { problem, type Reply } from "../reply.ts";
import { sendReply } from "../send-reply.ts";
import { requestIdOf } from "./identify-request.ts";

/** Long enough for a failover of Postgres to get on, short enough to be worth waiting for. */
const retryAfterSeconds = 5;

/** The end of every surprise: logged with its error, answered without it. */
export function catchSurprise(api: Pick<Api, "log">): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, _request, response, _next) => {
    const reply = replyTo(error);
    const line = { request_id: requestIdOf(response), route: response.locals.route, err: error };
    if (reply.code === "unavailable") api.log.warn(line, "the database or the storage is away");
    if (reply.code === "too_slow") api.log.warn(line, "a query took too long");
    if (reply.code === "internal") api.log.error(line, "request was surprised");
    // Too late for another reply: cut it, so that it cannot be taken for whole.
    if (response.headersSent) response.destroy();
    else sendReply(response, reply);
  };
}

function replyTo(error: unknown): Extract<Reply, { kind: "problem" }> {
  if (isDatabaseUnavailable(error) || isStorageUnavailable(error)) {
    const headers = { "retry-after": String(retryAfterSeconds) };
    return problem("unavailable", "The database or the storage cannot be reached just now.", { headers });
  }
  if (isStatementTimeout(error)) return problem("too_slow", "The database needed too long for this.");
  // Express' router throws it for a path whose percent-encoding is broken.
  if (error instanceof URIError) return problem("malformed_request", "The path is not rightly percent-encoded.");
  return problem("internal", "Something went wrong on our side.");
}

/** The AWS SDK marks its errors so; without a status there was no answer. */
function isStorageUnavailable(error: unknown): boolean {
  if (error instanceof StorageSilentError) return true;
  const { $metadata: metadata } = (error ?? {}) as { $metadata?: { httpStatusCode?: number } };
  return metadata !== undefined && (metadata.httpStatusCode ?? 500) >= 500;
}
