import { modelListSchema } from "@darkroom/contract/model-info";
import { json } from "../../../reply.ts";
import { toModelInfo } from "../../models/to-model-info.ts";
import { defineAdminRoute } from "../define-admin-route.ts";

export const listAdminModelsRoute = defineAdminRoute("listModels", {
  summary: "List models with input schema and price",
  replies: { 200: { description: "All of them.", schema: modelListSchema } },
  handle: async (api) => json(200, { data: api.models.list.map(toModelInfo) }),
});
