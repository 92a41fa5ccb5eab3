import type { Bulk } from "@darkroom/contract/admin/bulk";
import type { JobFilterInput } from "@darkroom/contract/admin/jobs";
import type { BulkOperation } from "../generated/prisma/client.ts";

/** As the API shows it. `oldestAt`: when the oldest job there is was made. The text that was searched for is told to who may see prompts. */
export function toWireBulk(row: BulkOperation, options: { oldestAt: Date | null; payloads: boolean }): Bulk {
  const { q, ...filter } = row.filter as JobFilterInput;
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return {
    id: row.id,
    action: row.action,
    state: row.state,
    filter: options.payloads && q !== undefined ? { ...filter, q } : filter,
    job_ids: row.jobIds.length > 0 ? row.jobIds.length : null,
    per_second: row.perSecond,
    searched: row.searched,
    done: row.done,
    skipped: row.skipped,
    refused: row.refused,
    progress: row.state === "finished" ? 1 : progressOf(row, options.oldestAt),
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    finished_at: iso(row.finishedAt),
    stop_requested_at: iso(row.stopRequestedAt),
  };
}

/** How much of the time it goes through, newest first, lies behind it. */
function progressOf({ seenAt, createdAt, filter }: BulkOperation, oldestAt: Date | null): number {
  const { created_after: after, created_before: before } = filter as JobFilterInput;
  const newest = before ? Math.min(Date.parse(before), createdAt.getTime()) : createdAt.getTime();
  const oldest = after ? Date.parse(after) : (oldestAt?.getTime() ?? newest);
  if (!seenAt || newest <= oldest) return 0;
  return Math.min(1, Math.max(0, (newest - seenAt.getTime()) / (newest - oldest)));
}
