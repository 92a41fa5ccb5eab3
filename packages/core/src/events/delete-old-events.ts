import { type Db, query, sql } from "../db/database.ts";

/** Few enough that a sweep is not held up; there is another one in a second. */
const batchMax = 500;

/** Deletes events past their retention, with their deliveries and attempts, and what else is as old. Returns how many. By lists of ids, which are always looked up by index. */
export async function deleteOldEvents(
  db: Pick<Db, "$queryRaw">,
  options: { now: Date; retentionDays: number },
): Promise<number> {
  const before = new Date(options.now.getTime() - options.retentionDays * 86_400_000);
  const rows = await query<{ count: number }>(
    db,
    sql`with old as (
          select id from events where created_at < ${before}::timestamptz order by created_at limit ${batchMax}
          for update skip locked
        ), delivery as (
          delete from deliveries where event_id = any(array(select id from old)) returning id
        ), attempt as (
          delete from delivery_attempts where delivery_id = any(array(select id from delivery))
        ), replay as (
          delete from replays where finished_at < ${before}::timestamptz and exists (select from old)
        ), secret as (
          delete from signing_secrets where expires_at < ${before}::timestamptz and exists (select from old)
        ), event as (
          delete from events where id = any(array(select id from old)) returning 1
        )
        select count(*)::int as count from event`,
  );
  return rows[0]?.count ?? 0;
}
