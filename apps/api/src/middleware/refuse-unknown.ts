import { Router } from "express";
import { problem } from "../reply.ts";
import { expressPath } from "../requests/express-path.ts";
import type { Route } from "../route.ts";
import { sendReply } from "../send-reply.ts";
import { noteRoute } from "./observe-request.ts";

/** What no route took: 405 with the methods that would do if the path is known, else 404. */
export function refuseUnknown(routes: readonly Route[]): Router {
  const router = Router();
  const paths = new Set(routes.map((route) => route.path));
  for (const path of paths) {
    const allow = methodsAt(routes, path).join(", ");
    router.all(expressPath(path), (request, response) => {
      noteRoute(response, path);
      const detail = `${request.method} is not for this path; ${allow} is.`;
      sendReply(response, problem("method_not_allowed", detail, { headers: { allow } }));
    });
  }
  router.use((_request, response) => {
    sendReply(response, problem("not_found", "There is nothing at this path; /docs lists what there is."));
  });
  return router;
}

/** Express answers HEAD wherever there is a GET. */
function methodsAt(routes: readonly Route[], path: string): string[] {
  const methods = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
  return methods.includes("GET") ? [...methods, "HEAD"] : methods;
}
