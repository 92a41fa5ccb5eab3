import type { Problem } from "@darkroom/contract/problems";
import { type Db, query, sql } from "../db/database.ts";
import type { JobState } from "./state.ts";

/** What became of an item of a batch: the job it made, or the reason why it made none. */
export type BatchItemRow = { job_id: string } | { problem: Problem };

export type BatchRow = { id: string; tenantId: string; createdAt: Date; items: BatchItemRow[] };

/** A tenant's batch, with the outcome of every item in the order they came. */
export async function readBatch(db: Db, which: { tenantId: string; batchId: string }): Promise<BatchRow | null> {
  const batch = await db.batch.findFirst({ where: { id: which.batchId, tenantId: which.tenantId } });
  return batch ? { ...batch, items: batch.items as BatchItemRow[] } : null;
}

export type BatchCount = { state: JobState; count: number; costMicros: bigint; reservedMicros: bigint };

/** How many of a batch's jobs are in which state, and what they cost. A batch has at most a thousand. */
export function countBatch(db: Pick<Db, "$queryRaw">, batchId: string): Promise<BatchCount[]> {
  return query(
    db,
    sql`select state, count(*)::int as count, coalesce(sum(cost_micros), 0)::bigint as "costMicros",
          sum(reserved_micros)::bigint as "reservedMicros"
        from jobs where batch_id = ${batchId} group by state`,
  );
}
