import { type Db, query, sql } from "../db/database.ts";
import { type JobRow, jobColumns } from "../jobs/job-row.ts";
import { findSources, hex, type Wanted } from "./find-sources.ts";

/** A job that was just made in this transaction and asks for `reuse`. */
export type Sharing = Wanted & { jobId: string };

/** The jobs as they are now, and those whose images can be had at once. */
export type Shared = { jobs: JobRow[]; sources: string[] };

/**
 * Lets identical jobs share one generation. In the transaction that makes the jobs, under a lock for each fingerprint until it
 * commits, so that of many identical creates one leads and the others find it. A job that follows another one stands in no line
 * and is due at its deadline; what becomes of it is settle-followers.ts' business. All of them are reserved like any job: their
 * leader may fail.
 */
export async function shareJobs(
  tx: Pick<Db, "$queryRaw">,
  tenantId: string,
  sharings: readonly Sharing[],
  now: Date,
): Promise<Shared> {
  await lockKeys(tx, tenantId, sharings);
  const sources = await chooseSources(tx, tenantId, sharings, now);
  const ready = [...new Set([...sources.values()].flatMap((one) => (one.succeeded ? [one.jobId] : [])))];
  await enlist(tx, ready);
  const rows = sharings.map(({ jobId, key, withinSeconds }) => {
    return { jobId, key: hex(key), withinSeconds, leaderId: sources.get(jobId)?.jobId ?? null };
  });
  const jobs = await query<JobRow>(
    tx,
    sql`with wanted as (
          select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r("jobId" text, key text, "withinSeconds" int, "leaderId" text)
        ), shared as (
          update jobs set shares = true, reused_from = w."leaderId",
            queue_at = case when w."leaderId" is null then jobs.queue_at end,
            due_at = case when w."leaderId" is null then jobs.due_at else coalesce(jobs.deadline_at, jobs.due_at) end
          from wanted w where jobs.id = w."jobId" and jobs.tenant_id = ${tenantId} and jobs.state = 'queued' returning jobs.*
        ), row as (
          insert into reuses (job_id, tenant_id, key, within_seconds, leader_id)
          select "jobId", ${tenantId}, decode(key, 'hex'), "withinSeconds", "leaderId" from wanted
        ), line as (
          insert into timeline (job_id, at, kind, data)
          select id, ${now}::timestamptz, 'job.following', jsonb_build_object('job_id', reused_from) from shared where reused_from is not null
        )
        select ${jobColumns("shared")} from shared`,
  );
  return { jobs, sources: ready };
}

/** In the order of their numbers, so that two batches never wait for each other in a circle. */
async function lockKeys(tx: Pick<Db, "$queryRaw">, tenantId: string, sharings: readonly Sharing[]): Promise<void> {
  const names = [...new Set(sharings.map(({ key }) => `reuse ${tenantId} ${hex(key)}`))];
  await query(
    tx,
    sql`select pg_advisory_xact_lock(number)::text from (
          select distinct hashtextextended(name, 0) as number from unnest(${names}::text[]) as name order by 1) numbers`,
  );
}

/** Jobs that did not ask for reuse themselves: from now on their deletion looks for others who have their images. */
async function enlist(tx: Pick<Db, "$queryRaw">, sources: readonly string[]): Promise<void> {
  if (sources.length === 0) return;
  await query(
    tx,
    sql`with source as (
          update jobs set shares = true
          where id = any(${[...sources]}::text[]) and not shares and state = 'succeeded' and erased_at is null
          returning id, tenant_id, input_key
        )
        insert into reuses (job_id, tenant_id, key, within_seconds) select id, tenant_id, input_key, 0 from source returning 1`,
  );
}

/** For each job that is to follow: an earlier one, or the first of the same kind among these. */
async function chooseSources(tx: Pick<Db, "$queryRaw">, tenantId: string, sharings: readonly Sharing[], now: Date) {
  const not = sharings.map(({ jobId }) => jobId);
  const found = await findSources(tx, { tenantId, wanted: sharings, not, now });
  const sources = new Map<string, { jobId: string; succeeded: boolean }>();
  for (const { place, jobId, succeeded } of found) {
    const sharing = sharings[place];
    if (sharing) sources.set(sharing.jobId, { jobId, succeeded });
  }
  const leaders = new Map<string, string>();
  for (const { jobId, key } of sharings) {
    if (sources.has(jobId)) continue;
    const leader = leaders.get(hex(key));
    if (leader) sources.set(jobId, { jobId: leader, succeeded: false });
    else leaders.set(hex(key), jobId);
  }
  return sources;
}
