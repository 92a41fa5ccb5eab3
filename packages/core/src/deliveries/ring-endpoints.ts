import type { Context } from "../context.ts";

/** Rings for endpoints that have something new to send. */
export async function ringEndpoints(
  context: Pick<Context, "doorbell">,
  endpointIds: readonly string[],
  dueAt: Date,
): Promise<void> {
  if (endpointIds.length === 0) return;
  await context.doorbell.ring(endpointIds.map((id) => ({ kind: "send-deliveries", id, dueAt })));
}
