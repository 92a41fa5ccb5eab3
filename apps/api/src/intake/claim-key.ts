import type { IdempotencyClaim } from "@darkroom/core/jobs/find-claims";
import { z } from "zod";
import type { Caller } from "../middleware/authenticate.ts";
import { type ProblemReply, problem } from "../reply.ts";
import { fingerprint } from "../requests/fingerprint.ts";

/** The header, as draft-ietf-httpapi-idempotency-key-header has it, but any visible ASCII is taken as it stands. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, "must be 1 to 255 visible ASCII characters")
  .optional()
  .describe("Makes a repeat of this request answer what the first one made. One per new request; a UUID will do.");

/**
 * Binds a key to its tenant and to this body, as it was sent: with defaults filled in, a repeat would be another body as soon as a
 * new version has a new default. Null if there is no key.
 */
export function claimOf(
  caller: Caller,
  key: string | undefined,
  what: { purpose: "job" | "batch"; body: unknown; resourceId: string },
): IdempotencyClaim | null {
  if (key === undefined) return null;
  const { purpose, body, resourceId } = what;
  return { tenantId: caller.tenantId, key, fingerprint: fingerprint(purpose, body), resourceId };
}

export function keyReused(): ProblemReply {
  return problem("idempotency_key_reused", "This Idempotency-Key came with another body before.");
}
