import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Response, Router, static as serveStatic } from "express";
import { noteRoute } from "../middleware/observe-request.ts";
import { pageHeaders } from "../middleware/page-headers.ts";

const built = fileURLToPath(new URL("../../../dashboard/dist", import.meta.url));

/** Pictures that somebody has just chosen from their disk, too. No inline script or style. */
const dashboardNeeds = { fontSrc: ["'self'"], imgSrc: ["'self'", "blob:"], manifestSrc: ["'self'"] };

/**
 * The dashboard at /admin: its built files, and its page for every address of its own. `dir` is where they are; tests bring their own.
 * /admin/api and /admin/queues are not its own.
 */
export function serveDashboard(dir: string = built): Router {
  const router = Router();
  router.use((request, response, next) => {
    if (/^\/(?:api|queues)(?:\/|$)/.test(request.path)) return next("router");
    noteRoute(response, "/admin");
    next();
  });
  router.use(pageHeaders(dashboardNeeds));
  // Their names change with their content; whatever else lies beside them is small and asked for anew.
  router.use("/assets", serveStatic(join(dir, "assets"), { immutable: true, maxAge: "365d", redirect: false }));
  router.use("/assets", (_request, response) => void response.status(404).end());
  router.use(serveStatic(dir, { index: false, redirect: false, cacheControl: false }));
  router.get("/{*path}", (_request, response) => sendPage(response, dir));
  return router;
}

function sendPage(response: Response, dir: string): void {
  response.set("cache-control", "no-cache").type("html");
  const page = join(dir, "index.html");
  if (existsSync(page)) response.sendFile(page);
  else response.status(503).send(notBuilt);
}

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Darkroom</title>
<h1>The dashboard is not built</h1><p>Run <code>npm run build</code>, then load this page again. <a href="/docs">The API works.</a></p></html>\n`;
