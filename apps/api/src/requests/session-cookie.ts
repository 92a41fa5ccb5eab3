import { absoluteMs } from "@darkroom/core/access/session";
import type { Env } from "@darkroom/core/env";
import type { Request } from "express";

const name = "darkroom_admin";

/** The session's token out of a Cookie header. Two cookies of the name are somebody's game: the first counts (RFC 6265 §5.4). */
export function readSessionToken(cookies: string | undefined): string | null {
  return new RegExp(`(?:^|;\\s*)${name}=([\\w-]{43})(?=;|$)`).exec(cookies ?? "")?.[1] ?? null;
}

/**
 * Strict and not Lax: the dashboard's page needs no cookie, and what it then asks for comes from its own site; so no link from
 * elsewhere ever carries the session.
 */
export function sessionCookie(request: Request, env: Pick<Env, "PUBLIC_URL">, token: string): string {
  const secure = request.secure || (env.PUBLIC_URL?.startsWith("https:") ?? false);
  const life = `Max-Age=${token === "" ? 0 : absoluteMs / 1000}`;
  return `${name}=${token}; Path=/admin; ${life}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
}
