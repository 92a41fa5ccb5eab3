import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * Nothing the API answers is a page, so a browser may do nothing with it; the reference page loosens this for itself
 * (docs/serve-docs.ts), and links to pictures allow other sites to show them.
 */
export function secureHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  });
}
