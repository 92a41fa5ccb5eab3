import type { Delivery } from "@darkroom/contract/deliveries";
import { Mark, type Tone } from "./mark.tsx";

const tones: Record<Delivery["state"], Tone> = {
  pending: "busy",
  delivered: "good",
  exhausted: "bad",
  canceled: "idle",
};

/** State of a delivery, and why it is not delivered. */
export function DeliveryState({ delivery }: { delivery: Pick<Delivery, "state" | "last_status" | "last_error"> }) {
  const { state, last_status: status, last_error: error } = delivery;
  const why = error === "http_status" || error === null ? status : error;
  const shown = state !== "delivered" && why ? `${state}, ${why}` : state;
  return <Mark tone={tones[state]}>{state === "delivered" && status ? `delivered, ${status}` : shown}</Mark>;
}
