import type { Context } from "@darkroom/core/context";
import express, { type Express } from "express";
import { openApi } from "./api.ts";
import { serveBoard } from "./board/serve-board.ts";
import { serveDashboard } from "./dashboard/serve-dashboard.ts";
import { serveDocs } from "./docs/serve-docs.ts";
import { catchSurprise } from "./middleware/catch-surprise.ts";
import { identifyRequest } from "./middleware/identify-request.ts";
import { observeRequest } from "./middleware/observe-request.ts";
import { refuseUnknown } from "./middleware/refuse-unknown.ts";
import { secureHeaders } from "./middleware/secure-headers.ts";
import { expressPath } from "./requests/express-path.ts";
import { routeTable } from "./routes/route-table.ts";
import { serveRoute } from "./serve-route.ts";

/**
 * The API as an Express app, for main.ts and for tests. What happens to a request within its route (key, rate, body, validation,
 * handler) is one screen of its own: serve-route.ts.
 */
export function createApp(context: Context, options: { stopping?: AbortSignal } = {}): Express {
  const api = openApi(context, options.stopping ?? new AbortController().signal);
  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.set("trust proxy", context.env.TRUST_PROXY_CIDRS);

  app.use(identifyRequest());
  app.use(observeRequest(api));
  app.use(secureHeaders());
  for (const route of routeTable) app[route.method](expressPath(route.path), serveRoute(api, route));
  app.use("/docs", serveDocs());
  app.use("/admin/queues", serveBoard(api));
  app.use("/admin", serveDashboard());
  app.use(refuseUnknown(routeTable));
  app.use(catchSurprise(api));
  return app;
}
