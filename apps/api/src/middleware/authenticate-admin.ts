import { timingSafeEqual } from "node:crypto";
import { type AdminRole, adminKeyStart, csrfHeader, roleAllows } from "@darkroom/contract/admin/access";
import { findAdminKey, touchAdminKey } from "@darkroom/core/access/find-admin-key";
import { findSession, touchSession } from "@darkroom/core/access/find-session";
import { csrfTokenOf } from "@darkroom/core/access/session";
import type { Request } from "express";
import type { Api } from "../api.ts";
import { type ProblemReply, problem } from "../reply.ts";
import { isFromHere } from "../requests/is-from-here.ts";
import { readSessionToken } from "../requests/session-cookie.ts";
import type { Access, AdminOnly } from "../route.ts";

/** Who uses /admin/api. */
export type AdminCaller = {
  kind: "user" | "admin_key";
  id: string;
  /** E-mail, or name of the key. */
  name: string;
  role: AdminRole;
  canSeePayloads: boolean;
  /** Null for keys, which have no session that could end. */
  session: { id: string; expiresAt: Date; csrfToken: string } | null;
};

export type AdminAuthentication =
  | { outcome: "passed"; admin: AdminCaller }
  | { outcome: "refused"; reply: ProblemReply };

export function isAdminAccess(access: Access): access is AdminOnly {
  return access.startsWith("admin:");
}

/** Finds out who it is, by admin key or by session, and whether they may do this. */
export async function authenticateAdmin(
  api: Pick<Api, "db" | "env">,
  access: AdminOnly,
  request: Request,
  now: Date,
): Promise<AdminAuthentication> {
  const { authorization } = request.headers;
  // A key is a choice: a request that brings one is not saved by a cookie.
  const admin = authorization === undefined ? await bySession(api, request, now) : await byKey(api, authorization, now);
  if (!admin) return refuse("not_logged_in", whyNot(authorization));
  if (admin.session && isWrite(request) && !isFromDashboard(api, request, admin.session.csrfToken)) {
    return refuse("csrf_refused", "The CSRF token is missing or wrong, or another site asked for this.");
  }
  return allow(admin, access);
}

/** Whether this caller may use a route of this access. */
function allow(admin: AdminCaller, access: AdminOnly): AdminAuthentication {
  if (access === "admin:payloads") {
    if (admin.canSeePayloads) return { outcome: "passed", admin };
    return refuse("payloads_hidden", "You may not see prompts and pictures.");
  }
  const needed = access === "admin:self" ? "viewer" : (access.slice("admin:".length) as AdminRole);
  if (roleAllows(admin.role, needed)) return { outcome: "passed", admin };
  return refuse("role_required", `This needs the role ${needed}; yours is ${admin.role}.`);
}

async function bySession(api: Pick<Api, "db">, request: Request, now: Date): Promise<AdminCaller | null> {
  const token = readSessionToken(request.headers.cookie);
  const session = token ? await findSession(api.db, token, now) : null;
  if (!token || !session) return null;
  await touchSession(api.db, session, now);
  const { user } = session;
  return {
    kind: "user",
    id: user.id,
    name: user.email,
    role: user.role,
    canSeePayloads: user.canSeePayloads,
    session: { id: session.id, expiresAt: session.expiresAt, csrfToken: csrfTokenOf(token) },
  };
}

/** No key of ours is longer; nobody else's text is worth hashing. */
const keyCharsMax = 100;

async function byKey(api: Pick<Api, "db">, authorization: string, now: Date): Promise<AdminCaller | null> {
  const key = /^bearer +(\S+)$/i.exec(authorization.trim())?.[1];
  if (!key?.startsWith(adminKeyStart) || key.length > keyCharsMax) return null;
  const row = await findAdminKey(api.db, key, now);
  if (!row) return null;
  await touchAdminKey(api.db, row, now);
  const { id, name, role, canSeePayloads } = row;
  return { kind: "admin_key", id, name, role, canSeePayloads, session: null };
}

function whyNot(authorization: string | undefined): string {
  return authorization === undefined
    ? "There is no session, or it has ended."
    : "This is not an admin key, or it was revoked or has expired.";
}

function isWrite({ method }: Request): boolean {
  return method !== "GET" && method !== "HEAD";
}

/** Besides SameSite=Strict: a token that only our page can read, and an Origin that is ours. */
function isFromDashboard(api: Pick<Api, "env">, request: Request, csrfToken: string): boolean {
  const given = Buffer.from(String(request.headers[csrfHeader] ?? ""));
  const expected = Buffer.from(csrfToken);
  return given.length === expected.length && timingSafeEqual(given, expected) && isFromHere(api.env, request);
}

function refuse(
  code: "not_logged_in" | "csrf_refused" | "role_required" | "payloads_hidden",
  detail: string,
): AdminAuthentication {
  return { outcome: "refused", reply: problem(code, detail) };
}
