import { z } from "zod";
import { callFal, type Fal, type FalReply } from "./call-fal.ts";

const statusSchema = z.object({
  status: z.enum(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]),
  error: z.unknown().optional(),
  error_type: z.unknown().optional(),
});

export type FalStatus =
  | { status: "in_queue" | "in_progress" }
  /** A failed request is completed too (fal has no FAILED): then it names an error. */
  | { status: "completed"; failed: boolean }
  /** fal does not know the request: its result has expired, or it never was. */
  | { status: "not_found" }
  | { status: "unclear"; reason: string };

/** Asks fal how far a request is. */
export async function askStatus(fal: Fal, request: { model: string; requestId: string }): Promise<FalStatus> {
  const reply = await callFal(fal, { name: "status", timeoutMs: fal.requestTimeoutMs }, (client) =>
    client.queue.status(request.model, { requestId: request.requestId }),
  );
  if (reply.kind === "http_error" && reply.status === 404) return { status: "not_found" };
  if (reply.kind !== "ok") return { status: "unclear", reason: describe(reply) };
  const parsed = statusSchema.safeParse(reply.value);
  if (!parsed.success) return { status: "unclear", reason: "fal's status is none that it documents" };
  const { status, error, error_type: errorType } = parsed.data;
  if (status === "COMPLETED") return { status: "completed", failed: Boolean(error ?? errorType) };
  return { status: status === "IN_QUEUE" ? "in_queue" : "in_progress" };
}

/** Fetches the result of a completed request: fal answers a failed one with the application's own status and body. */
export function fetchResult(
  fal: Fal,
  request: { model: string; requestId: string },
): Promise<FalReply<{ data: unknown; requestId: string }>> {
  return callFal(fal, { name: "result", timeoutMs: fal.requestTimeoutMs }, (client) =>
    client.queue.result(request.model, { requestId: request.requestId }),
  );
}

export type CancelReply = "requested" | "already_completed" | "not_found" | "unclear";

/** Asks fal to stop a request. `requested` is no promise: a running one may still complete. */
export async function cancelRequest(fal: Fal, request: { model: string; requestId: string }): Promise<CancelReply> {
  const reply = await callFal(fal, { name: "cancel", timeoutMs: fal.requestTimeoutMs }, (client) =>
    client.queue.cancel(request.model, { requestId: request.requestId }),
  );
  if (reply.kind === "ok") return "requested";
  if (reply.kind !== "http_error") return "unclear";
  if (reply.status === 404) return "not_found";
  return reply.status === 400 ? "already_completed" : "unclear";
}

export function describe(reply: Exclude<FalReply<unknown>, { kind: "ok" }>): string {
  return reply.kind === "http_error" ? `fal answered ${reply.status}` : `${reply.kind}: ${reply.reason}`;
}
