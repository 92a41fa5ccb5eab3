import type { Bulk } from "@darkroom/contract/admin/bulk";
import { plural } from "../format/numbers.ts";

export const actionWords = {
  cancel: { verb: "Cancel", past: "canceled", doing: "Canceling" },
  retry: { verb: "Retry", past: "retried", doing: "Retrying" },
} as const;

/** "312 jobs retried, 4 had moved on, 1 refused by a budget". */
export function bulkSentence(bulk: Bulk): string {
  const parts = [`${plural(bulk.done, "job")} ${actionWords[bulk.action].past}`];
  if (bulk.skipped > 0) parts.push(`${bulk.skipped} had moved on`);
  if (bulk.refused > 0) parts.push(`${bulk.refused} refused by a budget`);
  return parts.join(", ");
}
