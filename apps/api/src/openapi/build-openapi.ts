import { type ProblemCode, problemCatalogue, problemSchema } from "@darkroom/contract/problems";
import type { z } from "zod";
import {
  createDocument,
  type oas31,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiRequestBodyObject,
  type ZodOpenApiResponseObject,
} from "zod-openapi";
import { openApiPath } from "../requests/express-path.ts";
import type { ReplyDoc, Route } from "../route.ts";
import { apiInfo, apiTags, commonHeaders, securitySchemes } from "./api-info.ts";
import { problemsOf } from "./problems-of.ts";
import { webhooksOf } from "./webhooks-of.ts";

/** The reference, from the very table and schemas that the router and the validation run on. */
export function buildOpenApi(routes: readonly Route[]): oas31.OpenAPIObject {
  return createDocument({
    openapi: "3.1.1",
    info: apiInfo,
    servers: [{ url: "/" }],
    tags: apiTags,
    components: { securitySchemes },
    paths: pathsOf(routes.filter((route) => !route.hidden)),
    webhooks: webhooksOf(),
  });
}

function pathsOf(routes: readonly Route[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = openApiPath(route.path);
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return paths;
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    description: describe(route),
    security: securityOf(route),
    requestParams: {
      ...(route.params ? { path: route.params as z.ZodObject } : {}),
      ...(route.query ? { query: route.query as z.ZodObject } : {}),
      ...(route.headers ? { header: route.headers as z.ZodObject } : {}),
    },
    ...(route.body ? { requestBody: requestBodyOf(route.body) } : {}),
    responses: { ...repliesOf(route), ...refusalsOf(route) },
  };
}

function describe({ description, access }: Route): string {
  const needs = access === "public" ? "Needs no API key." : `Scope: \`${access.replace("optional:", "")}\`.`;
  return description ? `${description}\n\n${needs}` : needs;
}

/** An empty requirement means that it also works without. */
function securityOf({ access }: Route): ZodOpenApiOperationObject["security"] {
  if (access === "public") return [];
  const key: Record<string, string[]>[] = [{ bearer: [] }, { falKey: [] }];
  return access.startsWith("optional:") ? [{}, ...key] : key;
}

function requestBodyOf(body: NonNullable<Route["body"]>): ZodOpenApiRequestBodyObject {
  if (body.kind === "bytes") {
    const binary = (type: string) => [type, { schema: contentOf(type) }] as const;
    return { required: true, content: Object.fromEntries(body.contentTypes.map(binary)) };
  }
  const example = body.example === undefined ? {} : { example: body.example };
  return { required: body.required, content: { "application/json": { schema: body.schema as z.ZodType, ...example } } };
}

/** OpenAPI 3.1: bytes as they are have an empty schema; a form's file is a property of an object. */
function contentOf(type: string) {
  if (type !== "multipart/form-data") return {};
  return { type: "object", properties: { file: { type: "string", contentMediaType: "image/*" } } } as const;
}

function repliesOf(route: Route): Record<string, ZodOpenApiResponseObject> {
  const withLimits = route.access !== "public";
  return Object.fromEntries(
    Object.entries(route.replies).map(([status, reply]) => [status, replyOf(reply, withLimits)]),
  );
}

function replyOf(reply: ReplyDoc, withLimits: boolean): ZodOpenApiResponseObject {
  const headers = { ...commonHeaders(withLimits), ...headersOf(reply.headers ?? {}) };
  const { description, schema, contentType = "application/json" } = reply;
  if (!schema && !reply.contentType) return { description, headers };
  return { description, headers, content: { [contentType]: { schema: schema ?? { type: "string" } } } };
}

function headersOf(headers: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" } as const }]),
  );
}

/** Problems with the same status share a response, which lists their codes. */
function refusalsOf(route: Route): Record<string, ZodOpenApiResponseObject> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(route)) {
    const { status } = problemCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const entries = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(entries.map(([status, codes]) => [String(status), refusalOf(codes)]));
}

function refusalOf(codes: ProblemCode[]): ZodOpenApiResponseObject {
  const lines = codes.map((code) => `\`${code}\`: ${problemCatalogue[code].title}. ${problemCatalogue[code].remedy}`);
  return { description: lines.join("\n\n"), content: { "application/problem+json": { schema: problemSchema } } };
}
