import { buildOpenApi } from "../../openapi/build-openapi.ts";
import { json } from "../../reply.ts";
import { defineRoute, type Route } from "../../route.ts";

/** The reference of these routes, made when it is first asked for. */
export function openApiRoute(routes: readonly Route[]): Route {
  let document: unknown;
  return defineRoute({
    id: "openApi",
    method: "get",
    path: "/openapi.json",
    tag: "Operations",
    summary: "This API as OpenAPI 3.1",
    access: "public",
    hidden: true,
    replies: { 200: { description: "The document." } },
    handle: async () => {
      document ??= buildOpenApi(routes);
      return json(200, document);
    },
  });
}
