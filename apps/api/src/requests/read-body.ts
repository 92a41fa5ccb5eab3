import express, { type Request, type RequestHandler, type Response } from "express";
import { type ParseError, parse } from "jsonc-parser";
import type { Api } from "../api.ts";
import { type ProblemReply, problem } from "../reply.ts";
import type { Route } from "../route.ts";

export type ReadBody = { outcome: "read"; value: unknown } | { outcome: "refused"; reply: ProblemReply };

/** Reads and parses a JSON body where the route wants one. Bodies of bytes are left for their handler. */
export async function readBody(
  api: Pick<Api, "env">,
  route: Route,
  request: Request,
  response: Response,
): Promise<ReadBody> {
  if (route.body?.kind !== "json") return { outcome: "read", value: undefined };
  if (!hasBody(request)) {
    if (!route.body.required) return { outcome: "read", value: undefined };
    return refuse("malformed_request", "The request has no body; it must be a JSON object.");
  }
  if (!request.is("json")) {
    return refuse("unsupported_media_type", "The content-type must be application/json.");
  }
  const failure = await parseJson(request, response, api.env.BODY_BYTES_MAX);
  if (failure) return { outcome: "refused", reply: refusalOf(failure, api.env.BODY_BYTES_MAX) };
  return { outcome: "read", value: request.body };
}

/** RFC 9112 §6: a request has a body if one of these says so. */
function hasBody(request: Request): boolean {
  return request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
}

/** What body-parser says of a body it did not take. `body` is the text it could not parse. */
type Failure = { type?: string; status?: number; body?: string };

const parsers = new Map<number, RequestHandler>();

function parserFor(limit: number): RequestHandler {
  const parser = parsers.get(limit) ?? express.json({ limit, strict: false });
  parsers.set(limit, parser);
  return parser;
}

function parseJson(request: Request, response: Response, limit: number): Promise<Failure | null> {
  const parser = parserFor(limit);
  return new Promise((resolve, reject) => {
    parser(request, response, (error: unknown) => {
      if (!error) return resolve(null);
      if (typeof (error as Failure).status === "number") return resolve(error as Failure);
      reject(error);
    });
  });
}

function refusalOf(failure: Failure, limit: number): ProblemReply {
  switch (failure.type) {
    case "entity.parse.failed":
      return problem("malformed_request", `The body is not JSON${positionIn(failure.body ?? "")}.`);
    case "entity.too.large":
      return problem("body_too_large", `The body has more than ${limit} bytes.`);
    case "encoding.unsupported":
    case "charset.unsupported":
      return problem(
        "unsupported_media_type",
        "Send JSON in UTF-8, plain or with content-encoding gzip, deflate or br.",
      );
    default:
      return problem("malformed_request", "The body did not come whole, or is not in the encoding it names.");
  }
}

/** Beyond it nobody looks for a comma by hand, and looking would take the process too long. */
const searchCharsMax = 1_000_000;

/** Where the JSON breaks. Node's own message is not used: it repeats the text around, which may be a prompt. */
function positionIn(text: string): string {
  if (text.length > searchCharsMax) return "";
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  const offset = errors[0]?.offset;
  if (offset === undefined) return "";
  const before = text.slice(0, offset).split("\n");
  return `: it breaks at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1} (character ${offset})`;
}

function refuse(code: "malformed_request" | "unsupported_media_type", detail: string): ReadBody {
  return { outcome: "refused", reply: problem(code, detail) };
}
