import { modelListSchema } from "@darkroom/contract/model-info";
import { json } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { toModelInfo } from "./to-model-info.ts";

export const listModelsRoute = defineRoute({
  id: "listModels",
  method: "get",
  path: "/v1/models",
  tag: "Models",
  summary: "List models",
  description: "What jobs may name here, with input schema and price.",
  access: "jobs:read",
  replies: { 200: { description: "All of them.", schema: modelListSchema } },
  handle: async (api) => json(200, { data: api.models.list.map(toModelInfo) }),
});
