import type { ZodOpenApiHeadersObject } from "zod-openapi";

/** The parts of the reference that belong to no route. */
export const apiInfo = {
  title: "Darkroom",
  version: "1",
  summary: "A job service for image generation on fal.ai.",
  description: [
    "Send jobs, fetch images. Every reply carries `X-Request-Id`; every refusal is an RFC 9457 problem with a stable `code`",
    "([all of them](/docs/errors)). Lists are `{data, next_cursor}`. Times are UTC, money is US dollars.",
    "",
    "Keys: `darkroom key create --tenant NAME`. Requests are limited per minute by key and by tenant, which the `RateLimit` headers tell.",
  ].join("\n"),
  license: { name: "Apache-2.0", identifier: "Apache-2.0" },
};

export const apiTags = [
  { name: "Jobs", description: "One generation request each." },
  { name: "Batches", description: "Many jobs in one call." },
  { name: "Files", description: "Pictures to start from." },
  { name: "Outputs", description: "The images that were made." },
  { name: "Models", description: "What can be asked for, and what it costs." },
  { name: "Spend", description: "What was spent, by day, and what may be." },
  { name: "Endpoints", description: "Where to be told of events: docs/webhooks.md." },
  { name: "Deliveries", description: "What was sent, and what came of it." },
  { name: "Events", description: "What happened, to be asked for." },
  { name: "Operations", description: "For probes and people who run Darkroom." },
];

export const securitySchemes = {
  bearer: { type: "http", scheme: "bearer", description: "`Authorization: Bearer dk_…`" },
  falKey: {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    description: "`Authorization: Key dk_…`, the form that fal's own clients send.",
  },
} as const;

const text = { type: "string" } as const;

/** Headers of every reply; those of the rate limit only where there is a key to limit. */
export function commonHeaders(withLimits: boolean): ZodOpenApiHeadersObject {
  const requestId = { description: "Names this request in problems and in the log.", schema: text };
  if (!withLimits) return { "X-Request-Id": requestId };
  return {
    "X-Request-Id": requestId,
    RateLimit: { description: '`"key";r=remaining;t=seconds to reset, "tenant";…`', schema: text },
    "RateLimit-Policy": { description: '`"key";q=quota;w=window in seconds, "tenant";…`', schema: text },
  };
}
