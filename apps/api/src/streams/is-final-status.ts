import type { JobStatus } from "@darkroom/contract/jobs";
import { finalStates } from "@darkroom/core/jobs/state";

/** Final states have the same names on the wire. */
export function isFinalStatus(status: JobStatus): boolean {
  return (finalStates as readonly string[]).includes(status);
}
