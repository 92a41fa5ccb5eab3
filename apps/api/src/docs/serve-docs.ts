import { join } from "node:path";
import { Router } from "express";
import viewerPath from "swagger-ui-dist/absolute-path.js";
import { noteRoute } from "../middleware/observe-request.ts";
import { pageHeaders } from "../middleware/page-headers.ts";
import { errorsPage } from "./errors-page.ts";
import { initializer, referencePage } from "./reference-page.ts";

/** Swagger UI's files as they come from npm: nothing on these pages is fetched from another host. */
const viewerDir = viewerPath();
const viewerFiles = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"];
/** They change with the package: a day is soon enough to notice. */
const viewerMaxAge = "1d";

/** Styles may be inline, because Swagger UI sets some on its elements, and its icons are data URIs. */
const docsNeed = { styleSrc: ["'self'", "'unsafe-inline'"], imgSrc: ["'self'", "data:"] };

/** The reference page at /docs and the list of errors at /docs/errors. */
export function serveDocs(): Router {
  const router = Router();
  router.use((_request, response, next) => {
    noteRoute(response, "/docs");
    next();
  });
  router.use(pageHeaders(docsNeed));
  router.get("/", (_request, response) => void response.type("html").send(referencePage));
  router.get("/initializer.js", (_request, response) => void response.type("js").send(initializer));
  router.get("/errors", (_request, response) => void response.type("html").send(errorsPage()));
  for (const file of viewerFiles) {
    router.get(`/${file}`, (_request, response) => response.sendFile(join(viewerDir, file), { maxAge: viewerMaxAge }));
  }
  return router;
}
