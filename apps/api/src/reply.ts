import type { ServerResponse } from "node:http";
import type { FieldError, ProblemCode } from "@darkroom/contract/problems";

export type ReplyHeaders = Record<string, string>;

/** What a route answers. Nothing is written before it is returned, so a handler can be read, and called, like any function. */
export type Reply =
  | { kind: "json"; status: number; body: unknown; headers?: ReplyHeaders }
  | { kind: "text"; status: number; body: string; contentType: string; headers?: ReplyHeaders }
  | { kind: "redirect"; location: string; headers?: ReplyHeaders }
  | { kind: "empty"; status: number; headers?: ReplyHeaders }
  | ProblemReply
  /** Takes the response over, e.g. for server-sent events. */
  | { kind: "stream"; start: (response: ServerResponse) => void };

/** A refusal; its title, status and remedy follow from the code (contract/problems.ts). */
export type ProblemReply = {
  kind: "problem";
  code: ProblemCode;
  detail: string;
  errors?: FieldError[];
  /** Further members of the problem document (RFC 9457 §3.2). */
  members?: Record<string, unknown>;
  headers?: ReplyHeaders;
};

export function json(status: number, body: unknown, headers?: ReplyHeaders): Reply {
  return { kind: "json", status, body, ...(headers ? { headers } : {}) };
}

export function problem(
  code: ProblemCode,
  detail: string,
  more: { errors?: FieldError[]; members?: Record<string, unknown>; headers?: ReplyHeaders } = {},
): ProblemReply {
  return { kind: "problem", code, detail, ...more };
}

/** What another tenant's id and an id that never was are answered with: nothing in it tells them apart. */
export function notFound(what: string): ProblemReply {
  return problem("not_found", `There is no such ${what}.`);
}
