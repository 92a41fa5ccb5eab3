import type { IdPrefix } from "@darkroom/core/ids";
import type { ProblemReply } from "../../reply.ts";
import { invalid } from "../../requests/check-request.ts";
import { readCursor } from "../../requests/cursor.ts";

export type PageCursor = { outcome: "read"; beforeId: string | null } | { outcome: "refused"; reply: ProblemReply };

/** Where a page begins: null for the first. */
export function readPageCursor(prefix: IdPrefix, cursor: string | undefined): PageCursor {
  if (cursor === undefined) return { outcome: "read", beforeId: null };
  const beforeId = readCursor(prefix, cursor);
  return beforeId === null ? { outcome: "refused", reply: wrongCursor() } : { outcome: "read", beforeId };
}

export function wrongCursor(): ProblemReply {
  const message = "cursor must be a next_cursor of this list";
  return invalid([{ pointer: "query/cursor", message, code: "invalid_value" }]);
}
