import { z } from "zod";
import { callFal, type Fal } from "./call-fal.ts";

/** Design: submit once. Only `not_sent` and a retryable `rejected` may ever lead to another POST. */
export type SubmitOutcome =
  | { outcome: "accepted"; requestId: string; gatewayRequestId: string | null }
  | { outcome: "rejected"; status: number; headers: Headers; body: unknown }
  | { outcome: "not_sent"; reason: string }
  | { outcome: "unknown"; reason: string; status: number | null };

/** Request ids go into paths unescaped by the client, so nothing else than this is believed to be one. */
export const requestIdSchema = z.string().regex(/^[\w-]{1,128}$/);
const acceptedSchema = z.object({ request_id: requestIdSchema, gateway_request_id: z.string().nullish().catch(null) });

/** POSTs one attempt to fal's queue, once. `startWithinMs`: fal gives up (504, type user) if it has not begun by then. */
export async function submitRequest(
  fal: Fal,
  submit: { model: string; input: Record<string, unknown>; webhookUrl: string | null; startWithinMs: number },
): Promise<SubmitOutcome> {
  const reply = await callFal(fal, { name: "submit", timeoutMs: fal.submitTimeoutMs }, (client) =>
    client.queue.submit(submit.model, {
      input: submit.input,
      ...(submit.webhookUrl ? { webhookUrl: submit.webhookUrl } : {}),
      // fal's least value is above one second.
      startTimeout: Math.max(2, Math.floor(submit.startWithinMs / 1000)),
    }),
  );
  if (reply.kind === "ok") return readAccepted(reply.value);
  if (reply.kind === "not_sent") return { outcome: "not_sent", reason: reply.reason };
  if (reply.kind === "lost") return { outcome: "unknown", reason: reply.reason, status: null };
  // A 5xx may come from a gateway in front of a queue that has taken the request: not known, so not sent again.
  if (reply.status >= 500) return { outcome: "unknown", reason: `fal answered ${reply.status}`, status: reply.status };
  return { outcome: "rejected", status: reply.status, headers: reply.headers, body: reply.body };
}

function readAccepted(value: unknown): SubmitOutcome {
  const parsed = acceptedSchema.safeParse(value);
  if (!parsed.success) return { outcome: "unknown", reason: "fal's reply names no request id", status: 200 };
  const { request_id: requestId, gateway_request_id: gatewayRequestId } = parsed.data;
  return { outcome: "accepted", requestId, gatewayRequestId: gatewayRequestId ?? null };
}
