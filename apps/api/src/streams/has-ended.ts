import type { TimelineEntry } from "@darkroom/contract/timeline";
import { statusAfter } from "@darkroom/core/jobs/read-timeline";
import { isFinalStatus } from "./is-final-status.ts";

/** Whether a job is final after these entries. One that was opened again has final entries in its past: the last status counts. */
export function hasEnded(entries: readonly TimelineEntry[]): boolean {
  const last = entries.map(statusAfter).findLast((status) => status !== null);
  return last !== undefined && last !== null && isFinalStatus(last);
}
