import helmet from "helmet";

type Directives = Record<string, readonly string[]>;

/**
 * Headers of the pages we serve: only our own files, no other host, in nobody's frame. `more` says what a page needs besides, or
 * instead, by directive of its Content-Security-Policy.
 */
export function pageHeaders(more: Directives) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        ...more,
      },
    },
  });
}
