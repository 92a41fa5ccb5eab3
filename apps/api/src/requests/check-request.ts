import type { FieldError } from "@darkroom/contract/problems";
import type { Request } from "express";
import type { z } from "zod";
import { type ProblemReply, problem } from "../reply.ts";
import type { Route } from "../route.ts";
import { bodyErrors, jsonPointer, partErrors } from "./field-errors.ts";
import { findUnstorable } from "./find-unstorable.ts";
import { readQuery } from "./read-query.ts";

type Parts = { params: unknown; query: unknown; headers: unknown; body: unknown };

export type CheckedRequest = { outcome: "checked"; parts: Parts } | { outcome: "refused"; reply: ProblemReply };

/** Checks every part against the route's schemas and lists all that is wrong at once. */
export function checkRequest(route: Route, request: Request, body: unknown): CheckedRequest {
  const given = { params: joinSegments(request.params), query: readQuery(request), headers: request.headers };
  const errors: FieldError[] = [
    ...unstorable(given.params, (path) => `path/${path.join("/")}`),
    ...unstorable(given.query, (path) => `query/${path.join("/")}`),
    ...unstorable(body, jsonPointer),
  ];
  // Nothing else may touch it: a schema would follow the nesting without end.
  if (errors.length > 0) return { outcome: "refused", reply: invalid(errors) };
  const check = (
    schema: z.ZodType | undefined,
    value: unknown,
    toErrors: (issues: z.core.$ZodIssue[]) => FieldError[],
  ) => {
    if (!schema) return undefined;
    const parsed = schema.safeParse(value);
    if (!parsed.success) errors.push(...toErrors(parsed.error.issues));
    return parsed.data;
  };
  const parts: Parts = {
    params: check(route.params, given.params, (issues) => partErrors("path", issues, given.params)),
    query: check(route.query, given.query, (issues) => partErrors("query", issues, given.query)),
    headers: check(route.headers, given.headers, (issues) => partErrors("header", issues, given.headers)),
    body: check(route.body?.kind === "json" ? route.body.schema : undefined, body, (issues) =>
      bodyErrors(issues, body),
    ),
  };
  return errors.length === 0 ? { outcome: "checked", parts } : { outcome: "refused", reply: invalid(errors) };
}

function unstorable(value: unknown, toPointer: (path: (string | number)[]) => string): FieldError[] {
  const found = findUnstorable(value);
  if (!found) return [];
  const message = `${found.path.join(".") || "the body"} ${found.reason}`;
  return [{ pointer: toPointer(found.path), message, code: "unstorable" }];
}

/** A body may be wrong in thousands of places; the first few are enough to mend it. */
const errorsMax = 20;

export function invalid(errors: FieldError[]): ProblemReply {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return problem("invalid_input", `${first?.message ?? "The request is not valid"}${more}.`, {
    errors: errors.slice(0, errorsMax),
  });
}

/** A wildcard comes as a list of segments. */
function joinSegments(params: Request["params"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, Array.isArray(value) ? value.join("/") : String(value)]),
  );
}
