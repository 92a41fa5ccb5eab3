import { readOutput } from "@darkroom/core/jobs/read-output";
import { z } from "zod";
import { notFound } from "../../reply.ts";
import { accessOf, linkQuery } from "../../requests/link-access.ts";
import { redirectToObject } from "../../requests/redirect-to-object.ts";
import { defineRoute } from "../../route.ts";

export const readOutputRoute = defineRoute({
  id: "readOutput",
  method: "get",
  path: "/v1/outputs/{id}",
  tag: "Outputs",
  summary: "Fetch an image",
  description:
    "The stable link of an output (`url` in the job): redirects to a fresh link into storage for as long as the output exists. " +
    "Needs no API key where `sig` is right; without it, a key of the tenant.",
  access: "optional:jobs:read",
  params: z.object({ id: z.string().describe("The output's id, out_…") }),
  query: linkQuery,
  replies: { 302: { description: "To the image.", headers: { Location: "A link into storage that ends by itself." } } },
  problems: ["not_found"],
  async handle(api, { params, query, caller }) {
    const access = accessOf(api, { id: params.id, sig: query.sig, caller });
    const output = access && (await readOutput(api.db, { id: params.id, tenantId: access.tenantId }));
    return output ? redirectToObject(api, output.key) : notFound("output");
  },
});
