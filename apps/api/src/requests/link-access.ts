import type { Context } from "@darkroom/core/context";
import { z } from "zod";
import type { Caller } from "../middleware/authenticate.ts";

/** The signature in a stable link. More than one is none. */
export const linkQuery = z.object({
  sig: z.string().max(100).optional().catch(undefined).describe("Part of the stable link; stands in for an API key."),
});

/** Who may see what a link leads to: whoever has the link as we signed it, else the tenant with its key, else nobody. */
export type LinkAccess = { tenantId: string | null } | null;

export function accessOf(
  context: Pick<Context, "links">,
  request: { id: string; sig: string | undefined; caller: Caller | null },
): LinkAccess {
  if (context.links.isSigned(request.id, request.sig)) return { tenantId: null };
  return request.caller ? { tenantId: request.caller.tenantId } : null;
}
