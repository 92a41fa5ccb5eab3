import type { Context } from "@darkroom/core/context";
import { checkUrl } from "@darkroom/core/egress/check-url";
import { type ProblemReply, problem } from "../reply.ts";
import { jsonPointer } from "../requests/field-errors.ts";

export type CheckedWebhookUrl<Url> = { outcome: "checked"; url: Url } | { outcome: "refused"; reply: ProblemReply };

/** Refuses a URL that deliveries could never go to. The address as it was judged is kept, not the text. */
export function checkWebhookUrl<Given extends string | undefined>(
  context: Pick<Context, "egress">,
  given: Given,
  at: readonly PropertyKey[],
): CheckedWebhookUrl<Given extends string ? string : string | null> {
  type Url = Given extends string ? string : string | null;
  if (given === undefined) return { outcome: "checked", url: null as Url };
  const checked = checkUrl(given, context.egress.policy);
  if (checked.ok) return { outcome: "checked", url: checked.url.href as Url };
  const message = `${String(at.at(-1))} is not allowed: ${checked.detail.replace(/\.$/, "")}`;
  const errors = [{ pointer: jsonPointer(at), message, code: checked.reason }];
  return { outcome: "refused", reply: problem("forbidden_url", `${message}.`, { errors }) };
}
