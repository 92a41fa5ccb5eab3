import type { Bulk } from "@darkroom/contract/admin/bulk";
import type { JobFilterInput } from "@darkroom/contract/admin/jobs";
import { type Database, query, sql } from "../db/database.ts";
import type { BulkOperation } from "../generated/prisma/client.ts";
import type { BulkAction } from "../generated/prisma/enums.ts";
import { newId } from "../ids.ts";
import { idAt } from "../ids-at.ts";

type Bulks = Pick<Database, "bulkOperation" | "$queryRaw">;

export type NewBulk = {
  action: BulkAction;
  filter: JobFilterInput;
  jobIds: readonly string[];
  perSecond: number;
  createdBy: string;
  now: Date;
};

/** Begins a bulk operation; a worker goes on with it. Jobs made from now on are not meant. */
export function startBulk(db: Bulks, bulk: NewBulk): Promise<BulkOperation> {
  const { action, filter, jobIds, perSecond, createdBy, now } = bulk;
  return db.bulkOperation.create({
    data: {
      id: newId("blk"),
      ...{ action, filter: filter as object, jobIds: [...jobIds], perSecond, createdBy },
      state: "running",
      seenId: idAt("job", new Date(now.getTime() + 1)),
      createdAt: now,
      dueAt: now,
    },
  });
}

/** Longer than a batch takes; if its worker dies, another goes on after it. */
const leaseMs = 60_000;

/** Takes a bulk operation whose next batch is due. */
export async function claimBulk(db: Bulks, now: Date): Promise<BulkOperation | null> {
  const leaseEndsAt = new Date(now.getTime() + leaseMs);
  const rows = await query<{ id: string }>(
    db,
    sql`update bulk_operations set due_at = ${leaseEndsAt}::timestamptz where id = (
          select id from bulk_operations where state = 'running' and due_at <= ${now}::timestamptz
          order by due_at limit 1 for update skip locked)
        returning id`,
  );
  return rows[0] ? db.bulkOperation.findUnique({ where: { id: rows[0].id } }) : null;
}

export type BulkStep = {
  seenId: string | null;
  seenAt: Date | null;
  searched: number;
  done: number;
  skipped: number;
  /** When the next step is due; null when there is nothing more to do. */
  dueAt: Date | null;
};

/** Notes what was done. What was done counts also if somebody stopped it meanwhile. Returns whether it goes on. */
export async function recordBulkStep(db: Bulks, id: string, step: BulkStep, now: Date): Promise<boolean> {
  const ends = step.dueAt === null;
  const rows = await query<{ running: boolean }>(
    db,
    sql`update bulk_operations set searched = searched + ${step.searched}::int, done = done + ${step.done}::int,
          skipped = skipped + ${step.skipped}::int,
          seen_id = coalesce(${step.seenId}, seen_id), seen_at = coalesce(${step.seenAt}::timestamptz, seen_at),
          state = case when state = 'running' and ${ends} then 'finished' else state end,
          due_at = case when state = 'running' then ${step.dueAt}::timestamptz end,
          finished_at = case when state = 'running' and ${ends} then ${now}::timestamptz else finished_at end
        where id = ${id} returning state = 'running' as running`,
  );
  return rows[0]?.running ?? false;
}

/** Stops it: at most some twenty jobs that are being done still are. False if it had ended. */
export async function stopBulk(db: Bulks, id: string, now: Date): Promise<boolean> {
  const { count } = await db.bulkOperation.updateMany({
    where: { id, state: "running" },
    data: { state: "stopped", dueAt: null, stopRequestedAt: now, finishedAt: now },
  });
  return count > 0;
}

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

/** When the oldest job there is was made. */
export async function readOldestJobAt(db: Pick<Database, "$queryRaw">): Promise<Date | null> {
  const rows = await query<{ at: Date }>(db, sql`select created_at as at from jobs order by id limit 1`);
  return rows[0]?.at ?? null;
}
