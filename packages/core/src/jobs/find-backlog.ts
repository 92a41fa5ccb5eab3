import { type Queries, query, sql } from "../db/database.ts";

/** Whether jobs stand in line, and whether others may join it by now. */
export type Backlog = { inLine: boolean; due: boolean };

/** Looks at the heads of two indexes: the cost is the same however long the backlog. */
export async function findBacklog(db: Queries, now: Date): Promise<Backlog> {
  const [backlog] = await query<Backlog>(
    db,
    sql`select exists (select from jobs where state = 'queued' and queue_at is not null) as "inLine",
               exists (select from jobs where state = 'queued' and queue_at is null and due_at <= ${now}::timestamptz) as due`,
  );
  return backlog ?? { inLine: false, due: false };
}
