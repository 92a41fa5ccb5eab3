import { isReservedHeader } from "@darkroom/core/endpoints/header-rules";
import type { ProblemReply } from "../../reply.ts";
import { invalid } from "../../requests/check-request.ts";
import { jsonPointer } from "../../requests/field-errors.ts";

/** Refuses headers that deliveries set themselves. */
export function checkHeaders(headers: Record<string, string> | undefined): ProblemReply | null {
  const refused = Object.keys(headers ?? {}).filter(isReservedHeader);
  if (refused.length === 0) return null;
  return invalid(
    refused.map((name) => ({
      pointer: jsonPointer(["headers", name]),
      message: `headers may not have ${name}: the delivery sets it`,
      code: "reserved_header",
    })),
  );
}
