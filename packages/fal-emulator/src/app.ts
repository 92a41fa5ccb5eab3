import express, { type ErrorRequestHandler, type Express, Router } from "express";
import { routeControl } from "./control/route-control.ts";
import { runDirectly } from "./direct/run-directly.ts";
import type { Emulator } from "./emulator.ts";
import { serveFile } from "./files/serve-file.ts";
import { sendJson } from "./http/send-json.ts";
import { listPrices } from "./platform/list-prices.ts";
import { listRequests } from "./platform/list-requests.ts";
import { sendPlatformError } from "./platform/platform-error.ts";
import { showBilling, showMeta } from "./platform/show-account.ts";
import { routeQueue } from "./queue/route-queue.ts";
import { initiateUpload } from "./storage/initiate-upload.ts";
import { issueToken } from "./storage/issue-token.ts";
import { completeUpload, receivePart, receiveUpload } from "./storage/receive-upload.ts";
import { publishedKeys } from "./webhooks/signing-keys.ts";

/** All of fal's hosts on one port, told apart by the first path segment. */
export function createApp(emulator: Emulator): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.use("/queue.fal.run", (req, res) => routeQueue(emulator, req, res));
  app.use("/fal.run", (req, res) => runDirectly(emulator, req, res));
  app.use("/fal.media", routeMedia(emulator));
  app.use("/rest.fal.ai", routeRest(emulator));
  app.use("/api.fal.ai/v1", routePlatform(emulator));
  app.use("/emulator", routeControl(emulator));
  app.use((_req, res) =>
    sendJson(res, 404, { detail: "Not found. Paths here begin with a fal host; see the README." }),
  );
  app.use(failSafely(emulator));
  return app;
}

function routeMedia(emulator: Emulator): Router {
  const router = Router();
  // `get` answers HEAD too.
  router.get("/files/b/:name", (req, res) => serveFile(emulator, req, res));
  router.put("/upload/:token", (req, res) => receiveUpload(emulator, req, res));
  router.put("/multipart/:token/:part", (req, res) => receivePart(emulator, req, res));
  router.post("/multipart/:token/complete", (req, res) => completeUpload(emulator, req, res));
  return router;
}

function routeRest(emulator: Emulator): Router {
  const router = Router();
  router.get("/.well-known/jwks.json", (_req, res) => {
    sendJson(res, 200, publishedKeys(emulator.signingKeys), { "Cache-Control": "public, max-age=86400" });
  });
  router.post("/storage/upload/initiate", (req, res) => initiateUpload(emulator, req, res, "upload"));
  router.post("/storage/upload/initiate-multipart", (req, res) => initiateUpload(emulator, req, res, "multipart"));
  router.post("/tokens", (req, res) => issueToken(emulator, req, res));
  return router;
}

function routePlatform(emulator: Emulator): Router {
  const router = Router();
  router.get("/models/pricing", (req, res) => listPrices(emulator, req, res));
  router.get("/models/requests/by-endpoint", (req, res) => listRequests(emulator, req, res));
  router.get("/account/billing", (req, res) => showBilling(emulator, req, res));
  router.get("/meta", showMeta);
  router.use((_req, res) => sendPlatformError(res, "not_found", "No such route in this emulator"));
  return router;
}

/** A caller that hangs up while its body is read lands here too; there is nobody left to answer then. */
function failSafely(emulator: Emulator): ErrorRequestHandler {
  return (error, _req, res, _next) => {
    if (res.destroyed || res.headersSent) return void res.destroy();
    emulator.log.error({ err: error }, "request failed");
    sendJson(res, 500, { detail: "Internal Server Error" });
  };
}
