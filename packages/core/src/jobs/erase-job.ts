import { type Db, query, sql } from "../db/database.ts";
import type { JobRow } from "./job-row.ts";
import { jobColumns } from "./job-row.ts";
import { finalStates } from "./state.ts";

export type EraseResult =
  /** From now on nobody is shown anything of it, and it cannot be retried. Its bytes are still to be deleted. */
  { outcome: "erasing"; job: JobRow } | { outcome: "not_final" } | { outcome: "not_found" };

/**
 * Begins to erase a tenant's job: marks it, so that no retry can bring it back while its objects are deleted. The rows that name
 * those objects stay until `finishErasing`, so that an erasure that broke off is completed by asking again.
 */
export async function beginErasing(db: Db, who: { tenantId: string; jobId: string }, now: Date): Promise<EraseResult> {
  const rows = await query<JobRow>(
    db,
    sql`with marked as (
          update jobs set erased_at = ${now}::timestamptz
          where id = ${who.jobId} and tenant_id = ${who.tenantId} and erased_at is null
            and state = any(${[...finalStates]}::job_state[])
          returning *
        ), line as (
          insert into timeline (job_id, at, kind) select id, ${now}::timestamptz, 'job.erased' from marked
        )
        select ${jobColumns("marked")} from marked`,
  );
  const job = rows[0] ?? (await db.job.findFirst({ where: { id: who.jobId, tenantId: who.tenantId } }));
  if (!job) return { outcome: "not_found" };
  return job.erasedAt ? { outcome: "erasing", job } : { outcome: "not_final" };
}

/**
 * The objects are gone: now the rows lose what they held. The job stays as a tombstone, with its times, cost, tags and metadata,
 * so that the spend still adds up; so do its receipts, without a body. fal's own words go as well: they may repeat the prompt. Its events keep what became
 * of it and lose the rest: whatever is still to be sent of them, or sent again, says no more than that.
 * `fileIds`: pictures that came with the job.
 */
export async function finishErasing(
  db: Db,
  who: { tenantId: string; jobId: string; fileIds: readonly string[] },
  now: Date,
): Promise<void> {
  await query(
    db,
    sql`with emptied as (
          update jobs
          set input = null, input_key = null, seed = null, webhook_url = null, error = jsonb_set(error, '{message}', '"erased"')
          where id = ${who.jobId} and tenant_id = ${who.tenantId} and erased_at is not null
          returning id
        ), pictures as (
          delete from outputs using emptied where outputs.job_id = emptied.id
        ), sharing as (
          delete from reuses using emptied where reuses.job_id = emptied.id
        ), words as (
          update timeline set data = data - 'reason' - 'message' - 'detail' from emptied where timeline.job_id = emptied.id
        ), attempt_words as (
          update attempts set error_message = null from emptied where attempts.job_id = emptied.id
        ), payloads as (
          update fal_receipts set body = null, body_key = null, headers = '{}'
          from attempts, emptied where attempts.job_id = emptied.id and fal_receipts.attempt_id = attempts.id
        ), told as (
          update events set data = events.data || jsonb_build_object('tags', '[]'::jsonb, 'metadata', null, 'seed', null, 'outputs', '[]'::jsonb,
            'error', case when events.data->'error' <> 'null' then jsonb_set(events.data->'error', '{message}', '"erased"') end)
          from emptied where events.job_id = emptied.id
        ), files_gone as (
          update files set erased_at = ${now}::timestamptz, fal_url = null, fal_url_until = null
          where tenant_id = ${who.tenantId} and id = any(${[...who.fileIds]}::text[]) and erased_at is null
        )
        select 1`,
  );
}
