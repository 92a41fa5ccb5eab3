import type { Env } from "@darkroom/core/env";
import type { Request } from "express";

/**
 * Whether a browser sends this from our own pages: Origin, where there is one, names the host that was asked, or PUBLIC_URL's
 * (OWASP: CSRF, verifying origin). Programs send neither header.
 */
export function isFromHere(env: Pick<Env, "PUBLIC_URL">, request: Pick<Request, "headers" | "host">): boolean {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  const { origin } = request.headers;
  if (origin === undefined) return true;
  const hosts = [request.host, env.PUBLIC_URL && new URL(env.PUBLIC_URL).host];
  return URL.canParse(origin) && hosts.includes(new URL(origin).host);
}
