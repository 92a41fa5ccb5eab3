import { eventTypes } from "@darkroom/contract/events";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { openApiPath } from "../requests/express-path.ts";
import { routeTable } from "../routes/route-table.ts";
import { buildOpenApi } from "./build-openapi.ts";

type Operation = {
  operationId: string;
  summary: string;
  description: string;
  security: unknown[];
  parameters?: { name: string; in: string; description?: string }[];
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses: Record<
    string,
    { description: string; content?: Record<string, unknown>; headers?: Record<string, unknown> }
  >;
};

const document = buildOpenApi(routeTable);
const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
    name: `${method} ${path}`,
    operation,
  })),
);
const described = routeTable.filter((route) => !route.hidden);

test("the document is valid OpenAPI 3.1", async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(document.openapi).toMatch(/^3\.1\./);
});

test("every event that is sent to customers is in it, with an example", () => {
  const sent = Object.entries(document.webhooks ?? {}) as [string, { post: Operation }][];
  expect(sent.map(([type]) => type)).toEqual(eventTypes);
  for (const [type, { post }] of sent) {
    expect(post.requestBody?.content["application/json"]?.example).toMatchObject({ type, version: 1 });
    expect(post.parameters?.map(({ name }) => name)).toEqual(["webhook-id", "webhook-timestamp", "webhook-signature"]);
  }
});

test("every route that is not hidden is in it, and no other", () => {
  expect(operations.map(({ name }) => name).sort()).toEqual(
    described.map((route) => `${route.method} ${openApiPath(route.path)}`).sort(),
  );
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

describe.each(operations)("$name", ({ operation }) => {
  test("says what it does, who may call it, and every way it may refuse", () => {
    expect(operation.summary).not.toBe("");
    expect(operation.responses["500"]?.content).toHaveProperty("application/problem+json");
    if (operation.security.length === 0) return;
    for (const status of ["401", "403", "429"]) {
      expect(operation.responses[status]?.content).toHaveProperty("application/problem+json");
    }
    const [success] = Object.values(operation.responses);
    expect(success?.headers).toHaveProperty("X-Request-Id");
  });

  test("describes each parameter", () => {
    for (const parameter of operation.parameters ?? []) {
      // Filters that are called what they filter by need no more words.
      const isPlain = [
        "limit",
        "cursor",
        "status",
        "model",
        "tag",
        "error_code",
        "batch_id",
        "created_after",
        "created_before",
        "metadata",
      ];
      expect(parameter.description ?? isPlain.includes(parameter.name)).toBeTruthy();
    }
  });
});

test("examples are accepted by the schemas they stand beside", () => {
  for (const { body } of routeTable) {
    if (body?.kind === "json" && body.example !== undefined)
      expect(body.schema?.safeParse(body.example).success).toBe(true);
  }
});
