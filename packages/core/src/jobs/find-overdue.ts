import { type Db, query, sql } from "../db/database.ts";

export type OverdueJob = {
  id: string;
  state: "submitting" | "submitted" | "copying";
  attemptId: string;
  /** Whether its submit was started; an attempt that was not sent may still be. */
  sent: boolean;
  dueAt: Date;
};

/** Rows one sweep rings for: bounds a sweep after an outage; the rest follows a second later. */
const batchMax = 500;

/**
 * Rows that nobody looks after: due, and some grace has passed in which their own message should have come. Queued jobs are not
 * here: one dispatch message serves them all (find-backlog.ts).
 */
export function findOverdue(db: Db, options: { now: Date; graceMs: number; max?: number }): Promise<OverdueJob[]> {
  const before = new Date(options.now.getTime() - options.graceMs);
  return query<OverdueJob>(
    db,
    sql`select j.id, j.state, a.id as "attemptId", j.sent_at is not null as sent, j.due_at as "dueAt"
        from jobs j join attempts a on a.job_id = j.id and a.number = j.attempt
        where j.state in ('submitting', 'submitted', 'copying') and j.due_at < ${before}::timestamptz
        order by j.due_at limit ${options.max ?? batchMax}`,
  );
}
