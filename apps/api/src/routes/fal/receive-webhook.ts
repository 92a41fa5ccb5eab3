import { isFresh, isSigned, readWebhookHeaders } from "@darkroom/core/fal/verify-webhook";
import { findAttemptByToken } from "@darkroom/core/jobs/find-attempt";
import type { Request } from "express";
import { z } from "zod";
import type { Api } from "../../api.ts";
import { notFound, type ProblemReply, problem } from "../../reply.ts";
import { type RawBody, readRawBody } from "../../requests/read-raw-body.ts";
import { defineRoute } from "../../route.ts";
import type { Received } from "./received.ts";
import { recordWebhook } from "./record-webhook.ts";

/** Four 2048² pictures as data URIs stay below; more is not fal's answer. */
const bodyBytesMax = 40_000_000;
/** A body beyond it is only read for a token that exists: strangers cannot make us hold their megabytes. */
const strangerBytesMax = 1_000_000;

export const receiveWebhookRoute = defineRoute({
  id: "receiveFalWebhook",
  method: "post",
  path: "/webhooks/fal/{token}",
  tag: "fal",
  summary: "fal's side",
  description:
    "Where fal tells what became of a request. The token names the attempt, the signature proves that fal sent it.",
  access: "public",
  hidden: true,
  params: z.object({ token: z.string() }),
  body: { kind: "bytes", contentTypes: ["application/json"] },
  replies: { 200: { description: "Taken, or known already." } },
  problems: ["invalid_signature", "not_found", "body_too_large", "malformed_request"],
  async handle(api, { params, raw, now }) {
    const received = await receive(api, { token: params.token, request: raw, now });
    api.metrics.falWebhooks.inc({ result: received.result });
    if (received.worthALine) api.log.warn({ result: received.result }, "fal webhook");
    return received.reply;
  },
});

/** From cheap to costly: headers and clock, the body, the signature, the attempt. Nothing is stored before all of it is right. */
async function receive(api: Api, hook: { token: string; request: Request; now: Date }): Promise<Received> {
  const { token, request, now } = hook;
  const headers = readWebhookHeaders((name) => singleHeader(request, name));
  if (!headers) return refuse(request, "missing_header", unsigned("A signature header is missing."));
  if (!isFresh(headers, now)) return refuse(request, "stale", unsigned("The timestamp is more than 300 s from now."));
  if (mayBeLarge(request) && !(await findAttemptByToken(api.db, token))) {
    return refuse(request, "unknown_token", notFound("webhook"));
  }
  const read = await readRawBody(request, bodyBytesMax);
  if (read.outcome !== "read") return unreadBody(read);
  const isFals = await isSignedByFal(api, headers, read, now).catch((error: Error) => error);
  if (isFals instanceof Error) return withoutKeys(api, isFals);
  if (!isFals) return { result: "bad_signature", reply: unsigned("The signature fits none of fal's keys.") };
  const attempt = await findAttemptByToken(api.db, token);
  if (!attempt) return { result: "unknown_token", reply: notFound("webhook"), worthALine: true };
  return recordWebhook(api, { attempt, headers, body: read.body, bodyHash: read.sha256, now });
}

/** fal may have new keys: one look at them, which webhook-keys.ts rations, before a signature is called wrong. */
async function isSignedByFal(
  api: Api,
  headers: NonNullable<ReturnType<typeof readWebhookHeaders>>,
  read: Extract<RawBody, { outcome: "read" }>,
  now: Date,
): Promise<boolean> {
  if (isSigned(headers, read.body, await api.webhookKeys.current(now), read.sha256)) return true;
  const refreshed = await api.webhookKeys.refreshed(now);
  return refreshed !== null && isSigned(headers, read.body, refreshed, read.sha256);
}

/** fal sends its webhook again; until then nobody can say whether this one is real. */
function withoutKeys(api: Api, error: Error): Received {
  api.log.warn({ reason: error.name }, "fal's webhook keys could not be fetched");
  const headers = { "retry-after": "30" };
  return { result: "no_keys", reply: problem("unavailable", "fal's keys cannot be fetched just now.", { headers }) };
}

function mayBeLarge(request: Request): boolean {
  return Number(request.headers["content-length"] ?? Number.POSITIVE_INFINITY) > strangerBytesMax;
}

function singleHeader(request: Request, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}

function unsigned(detail: string): ProblemReply {
  return problem("invalid_signature", detail);
}

/** The body has not been read and will not be: it is thrown away as it comes. */
function refuse(request: Request, result: string, reply: ProblemReply): Received {
  request.resume();
  return { result, reply };
}

function unreadBody(read: Exclude<RawBody, { outcome: "read" }>): Received {
  if (read.outcome === "broken") {
    return { result: "broken", reply: problem("malformed_request", "The body did not come whole.") };
  }
  const reply = problem("body_too_large", `The body has more than ${bodyBytesMax} bytes.`);
  return { result: "too_large", reply, worthALine: true };
}
