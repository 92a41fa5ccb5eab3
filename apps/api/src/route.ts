import type { AuditAction } from "@darkroom/contract/admin/audit";
import type { AdminAccess } from "@darkroom/contract/admin/routes";
import type { ProblemCode } from "@darkroom/contract/problems";
import type { Scope } from "@darkroom/contract/scopes";
import type { AuditNote } from "@darkroom/core/audit/write-audit";
import type { Request, Response } from "express";
import type { z } from "zod";
import type { Api } from "./api.ts";
import type { Caller } from "./middleware/authenticate.ts";
import type { AdminCaller } from "./middleware/authenticate-admin.ts";
import type { Reply } from "./reply.ts";

/**
 * Who may call: a key with a scope; everybody; or, for links that carry a signature, everybody who has the link, and the tenant
 * with its key (`optional:` and the scope that the key needs). Or, for /admin/api, somebody with a role.
 */
export type Access = "public" | Scope | `optional:${Scope}` | AdminOnly;
export type AdminOnly = Exclude<AdminAccess, "public">;

/** How the body comes: checked JSON, or bytes that the handler reads itself (`contentTypes` are for the reference page). */
export type BodyOf<Schema> =
  | { kind: "json"; schema: Schema; required: boolean; example?: unknown }
  | { kind: "bytes"; contentTypes: readonly string[] };

export type ReplyDoc = {
  description: string;
  schema?: z.ZodType;
  contentType?: string;
  headers?: Record<string, string>;
};

type Schema = z.ZodType;
type Read<S> = S extends Schema ? z.output<S> : undefined;

/** What a handler is given: everything checked, `now` asked once. */
export type RouteRequest<P, Q, H, B, A extends Access> = {
  params: Read<P>;
  query: Read<Q>;
  headers: Read<H>;
  body: Read<B>;
  caller: A extends Scope ? Caller : Caller | null;
  /** Who uses the dashboard; null on every other route. */
  admin: A extends AdminOnly ? AdminCaller : AdminCaller | null;
  /** Tells the audit entry of this request what it was done to. */
  note(note: AuditNote): void;
  now: Date;
  path: string;
  requestId: string;
  raw: Request;
  response: Response;
};

/** A route as data: what the router, the reference page and the tests are all made from. */
export type RouteOf<P, Q, H, B, A extends Access> = {
  id: string;
  method: "get" | "post" | "patch" | "put" | "delete";
  /** As in OpenAPI, but `{id*}` takes slashes too. */
  path: string;
  tag:
    | "Jobs"
    | "Batches"
    | "Files"
    | "Outputs"
    | "Models"
    | "Spend"
    | "Endpoints"
    | "Deliveries"
    | "Events"
    | "Operations"
    | "fal";
  summary: string;
  description?: string;
  access: A;
  params?: P;
  query?: Q;
  /** Names in lower case, as Node gives them. */
  headers?: H;
  body?: BodyOf<B>;
  replies: Record<number, ReplyDoc>;
  /** Refusals of its own; those of authentication, validation and limits follow from the rest. */
  problems?: readonly ProblemCode[];
  /** Left out of the reference page. */
  hidden?: boolean;
  /** What the audit calls it. Every write of /admin/api has one (routes/admin/admin-routes.test.ts). */
  audit?: AuditAction;
  handle(api: Api, request: RouteRequest<P, Q, H, B, A>): Promise<Reply>;
};

/** Any route, for the table. */
export type Route = RouteOf<Schema | undefined, Schema | undefined, Schema | undefined, Schema | undefined, Access>;

/** Gives a handler the types of its route's schemas. */
export function defineRoute<
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  H extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
  A extends Access = Access,
>(route: RouteOf<P, Q, H, B, A>): Route {
  return route as unknown as Route;
}
