import { type Database, query, sql } from "../db/database.ts";

export type BulkStep = {
  seenId: string | null;
  seenAt: Date | null;
  searched: number;
  done: number;
  skipped: number;
  /** Retries for which there was no money. */
  refused: number;
  /** When the next step is due; null when there is nothing more to do. */
  dueAt: Date | null;
};

/** Notes what was done. What was done counts also if somebody stopped it meanwhile. Returns whether it goes on. */
export async function recordBulkStep(
  db: Pick<Database, "$queryRaw">,
  id: string,
  step: BulkStep,
  now: Date,
): Promise<boolean> {
  const ends = step.dueAt === null;
  const rows = await query<{ running: boolean }>(
    db,
    sql`update bulk_operations set searched = searched + ${step.searched}::int, done = done + ${step.done}::int,
          skipped = skipped + ${step.skipped}::int, refused = refused + ${step.refused}::int,
          seen_id = coalesce(${step.seenId}, seen_id), seen_at = coalesce(${step.seenAt}::timestamptz, seen_at),
          state = case when state = 'running' and ${ends} then 'finished' else state end,
          due_at = case when state = 'running' then ${step.dueAt}::timestamptz end,
          finished_at = case when state = 'running' and ${ends} then ${now}::timestamptz else finished_at end
        where id = ${id} returning state = 'running' as running`,
  );
  return rows[0]?.running ?? false;
}
