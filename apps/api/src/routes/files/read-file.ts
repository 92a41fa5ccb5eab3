import { fileSchema } from "@darkroom/contract/files";
import { readFile } from "@darkroom/core/files/read-file";
import { toWireFile } from "@darkroom/core/files/to-wire";
import { z } from "zod";
import { json, notFound } from "../../reply.ts";
import { accessOf, linkQuery } from "../../requests/link-access.ts";
import { redirectToObject } from "../../requests/redirect-to-object.ts";
import { defineRoute } from "../../route.ts";

export const readFileRoute = defineRoute({
  id: "readFile",
  method: "get",
  path: "/v1/files/{id}",
  tag: "Files",
  summary: "Fetch an uploaded picture",
  description:
    "Redirects to a fresh link into storage; with `Accept: application/json`, answers what is known of the picture. Needs the " +
    "stable link (`sig`) or a key of the tenant.",
  access: "optional:jobs:read",
  params: z.object({ id: z.string().describe("The file's id, file_…") }),
  query: linkQuery,
  replies: {
    200: { description: "With `Accept: application/json`.", schema: fileSchema },
    302: { description: "To the picture.", headers: { Location: "A link into storage that ends by itself." } },
  },
  problems: ["not_found"],
  async handle(api, { params, query, caller, raw }) {
    const access = accessOf(api, { id: params.id, sig: query.sig, caller });
    const file = access && (await readFile(api.db, { id: params.id, tenantId: access.tenantId }));
    if (!file) return notFound("file");
    // Listed first, the picture is what a browser or curl gets, which take anything.
    const wanted = raw.accepts(["image/*", "application/json"]);
    return wanted === "application/json" ? json(200, toWireFile(file, api.links)) : redirectToObject(api, file.key);
  },
});
