import { defineRoute } from "../../route.ts";

export const metricsRoute = defineRoute({
  id: "metrics",
  method: "get",
  path: "/metrics",
  tag: "Operations",
  summary: "Measurements for Prometheus",
  description: "Names no tenant, but keep it private all the same: let your proxy refuse it to the outside.",
  access: "public",
  replies: { 200: { description: "Prometheus text format.", contentType: "text/plain" } },
  handle: async ({ metrics: { registry } }) => ({
    kind: "text",
    status: 200,
    body: await registry.metrics(),
    contentType: registry.contentType,
  }),
});
