import type { DeliveryState } from "@darkroom/contract/deliveries";

/**
 * The life of a delivery. docs/webhooks.md draws it and a test compares the two; transition.ts is the only file that writes a
 * state. A resend or replay is a new delivery of the same event, so final means final.
 */
export const deliveryTransitions = {
  /** Is being sent, or waits for its next attempt. Owner: send-deliveries. */
  pending: ["delivered", "exhausted", "canceled"],
  delivered: [],
  exhausted: [],
  canceled: [],
} as const satisfies Record<DeliveryState, readonly DeliveryState[]>;
