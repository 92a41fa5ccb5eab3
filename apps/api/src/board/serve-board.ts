import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { ExpressAdapter } from "@bull-board/express";
import { messageKinds } from "@darkroom/core/queues/messages";
import { type RequestHandler, Router } from "express";
import type { Api } from "../api.ts";
import { authenticateAdmin } from "../middleware/authenticate-admin.ts";
import { noteAdmin, noteRoute } from "../middleware/observe-request.ts";
import { pageHeaders } from "../middleware/page-headers.ts";
import { problem } from "../reply.ts";
import { sendReply } from "../send-reply.ts";

const basePath = "/admin/queues";

/** Its page has inline styles and a base address; the fonts it would like to have from Google stay away. */
const boardNeeds = {
  styleSrc: ["'self'", "'unsafe-inline'"],
  fontSrc: ["'self'"],
  imgSrc: ["'self'", "data:"],
  baseUri: ["'self'"],
  formAction: ["'none'"],
};

/**
 * bull-board at /admin/queues, for the curious: the messages as BullMQ has them, on Redis or on Postgres. Behind the dashboard's session (operators),
 * and it only reads: what is due stands in Postgres, so there is nothing here that one would have to act on.
 */
export function serveBoard(api: Api): Router {
  const router = Router();
  let board: RequestHandler | null = null;
  router.use(async (request, response, next) => {
    noteRoute(response, basePath);
    const who = await authenticateAdmin(api, "admin:operator", request, api.clock.now());
    if (who.outcome === "refused") return sendReply(response, who.reply);
    noteAdmin(response, who.admin);
    if (request.method !== "GET") return sendReply(response, problem("method_not_allowed", "Nothing is changed here."));
    next();
  });
  router.use(pageHeaders(boardNeeds));
  router.use((request, response, next) => {
    board ??= createBoard(api);
    board(request, response, next);
  });
  return router;
}

function createBoard({ queues }: Api): RequestHandler {
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath(basePath);
  createBullBoard({
    // It is BullMQ's own Queue, of which the rest of Darkroom only knows a part.
    queues: messageKinds.map((kind) => new BullMQAdapter(queues.openQueue(kind) as never, { readOnlyMode: true })),
    serverAdapter,
    options: { uiConfig: { boardTitle: "Darkroom" } },
  });
  return serverAdapter.getRouter() as RequestHandler;
}
