import { z } from "zod";
import { json } from "../../reply.ts";
import { defineRoute } from "../../route.ts";

export const liveRoute = defineRoute({
  id: "live",
  method: "get",
  path: "/health/live",
  tag: "Operations",
  summary: "Is this process alive?",
  description: "Asks nothing of anybody: a database that is away is no reason to restart the API.",
  access: "public",
  replies: { 200: { description: "Yes.", schema: z.object({ status: z.literal("ok") }) } },
  handle: async () => json(200, { status: "ok" }),
});
