import { eventExamples } from "@darkroom/contract/event-examples";
import { type EventType, eventCatalogue, eventSchemas, eventTypes } from "@darkroom/contract/events";
import { z } from "zod";
import type { ZodOpenApiPathItemObject } from "zod-openapi";

/** What is sent to customers' endpoints, from the schemas and examples of the contract. */
export function webhooksOf(): Record<string, ZodOpenApiPathItemObject> {
  return Object.fromEntries(eventTypes.map((type) => [type, { post: operationOf(type) }]));
}

const headers = z.object({
  "webhook-id": z.string().describe("The event's id, the same at every attempt: by it you know a repeat."),
  "webhook-timestamp": z
    .string()
    .describe("Seconds since 1970 of this attempt. Refuse what is more than 5 minutes off."),
  "webhook-signature": z
    .string()
    .describe("Signatures with a space between: `v1,…` (HMAC-SHA256), and `v1a,…` (ed25519) where it is asked for."),
});

function operationOf(type: EventType) {
  const { meaning, optIn } = eventCatalogue[type];
  return {
    operationId: `event_${type.replace(".", "_")}`,
    tags: ["Events"],
    summary: meaning,
    description: optIn ? "Only for endpoints that name it in `events`." : "",
    security: [],
    requestParams: { header: headers },
    requestBody: {
      required: true,
      content: { "application/json": { schema: eventSchemas[type], example: eventExamples[type] } },
    },
    responses: {
      "2XX": { description: "Taken. Anything else is tried again, for 75 h 35 min." },
      "410": { description: "Gone: the endpoint is disabled." },
    },
  };
}
