import { modelInfoSchema } from "@darkroom/contract/model-info";
import { z } from "zod";
import { json, notFound } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { toModelInfo } from "./to-model-info.ts";

export const readModelRoute = defineRoute({
  id: "readModel",
  method: "get",
  path: "/v1/models/{id*}",
  tag: "Models",
  summary: "Read a model",
  access: "jobs:read",
  params: z.object({
    id: z.string().describe("With its slashes, as it is or as %2F.").meta({ example: "fal-ai/z-image/turbo" }),
  }),
  replies: { 200: { description: "The model.", schema: modelInfoSchema } },
  problems: ["not_found"],
  async handle(api, { params }) {
    const model = api.models.find(params.id);
    return model ? json(200, toModelInfo(model)) : notFound("model");
  },
});
