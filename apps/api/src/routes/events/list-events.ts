import { eventListSchema, listEventsQuerySchema } from "@darkroom/contract/events";
import { readFeed } from "@darkroom/core/events/read-feed";
import { toWireEvent } from "@darkroom/core/events/to-wire";
import { json } from "../../reply.ts";
import { invalid } from "../../requests/check-request.ts";
import { defineRoute } from "../../route.ts";
import { readPosition, toPosition } from "./position.ts";

export const listEventsRoute = defineRoute({
  id: "listEvents",
  method: "get",
  path: "/v1/events",
  tag: "Events",
  summary: "Read events from a cursor on",
  description:
    "Oldest first, for whoever lost deliveries, or would rather ask than be told. `next_cursor` never passes an event by, however " +
    "late it was committed, and can be kept: ask again with it and you get what came since. Events are kept EVENT_RETENTION_DAYS.",
  access: "endpoints:read",
  query: listEventsQuerySchema,
  replies: { 200: { description: "A page of events.", schema: eventListSchema } },
  async handle(api, { query, caller }) {
    const after = query.cursor === undefined ? null : readPosition(query.cursor);
    if (query.cursor !== undefined && after === null) {
      const message = "cursor must be a next_cursor of this list";
      return invalid([{ pointer: "query/cursor", message, code: "invalid_value" }]);
    }
    const page = await readFeed(api.db, {
      tenantId: caller.tenantId,
      after,
      since: query.since === undefined ? undefined : new Date(query.since),
      limit: query.limit,
    });
    return json(200, {
      data: page.events.map((event) => toWireEvent(event, api.links)),
      next_cursor: page.lastPosition === null ? (query.cursor ?? null) : toPosition(page.lastPosition),
      has_more: page.more,
    });
  },
});
