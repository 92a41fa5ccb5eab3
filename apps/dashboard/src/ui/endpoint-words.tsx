import type { AdminEndpoint } from "@darkroom/contract/admin/endpoints";
import { Mark } from "./mark.tsx";

/** Whether an endpoint gets its deliveries, and why not. */
export function EndpointState({ endpoint }: { endpoint: AdminEndpoint }) {
  const { state, reason, circuit, failures_in_a_row: failures } = endpoint;
  if (state === "disabled") return <Mark tone="bad">{reason ? `disabled: ${reason}` : "disabled"}</Mark>;
  if (state === "paused") return <Mark tone="warn">paused</Mark>;
  if (circuit === "open") return <Mark tone="bad">failing, {failures} in a row</Mark>;
  if (circuit === "half_open") return <Mark tone="warn">being tried again</Mark>;
  return failures > 0 ? <Mark tone="warn">{failures} failed in a row</Mark> : <Mark tone="good">healthy</Mark>;
}
