import { z } from "zod";
import { json } from "../../reply.ts";
import { defineRoute } from "../../route.ts";

export const welcomeRoute = defineRoute({
  id: "welcome",
  method: "get",
  path: "/",
  tag: "Operations",
  summary: "Where am I?",
  access: "public",
  replies: {
    200: {
      description: "Where to read on.",
      schema: z.object({ name: z.string(), docs: z.string(), openapi: z.string() }),
    },
  },
  handle: async () => json(200, { name: "Darkroom", docs: "/docs", openapi: "/openapi.json" }),
});
