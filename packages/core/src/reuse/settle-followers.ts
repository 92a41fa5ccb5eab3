import pLimit from "p-limit";
import { type Database, type Db, query, sql } from "../db/database.ts";
import { queueAtOf } from "../dispatch/promote-due-jobs.ts";
import { type JobRow, jobColumns } from "../jobs/job-row.ts";
import { isFinal, type JobState } from "../jobs/state.ts";
import type { EndedJob } from "../jobs/transition.ts";
import { findSources } from "./find-sources.ts";
import { giveImages } from "./give-images.ts";

export type Settled = {
  /** Jobs that got their images. */
  ended: EndedJob[];
  /** The one that generates now, because their leader made nothing. */
  leader: JobRow | null;
  /** The job that those which still wait wait for now. */
  next: string | null;
};

const nothing: Settled = { ended: [], leader: null, next: null };
/** Followers settled in one go: a batch of identical jobs has at most a thousand. */
const followersMax = 1_000;
const atOnce = pLimit(4);

/**
 * What becomes of the jobs that waited for one that has ended: they get its images, or, if it made none (or they were erased),
 * follow another identical job, or the first of them generates and the others follow it. Every step is guarded by whom they wait
 * for: doing it twice, or by two at once, or half of it, does no harm; the sweep does the rest.
 */
export async function settleFollowers(db: Database, leaderId: string, now: Date): Promise<Settled> {
  const leader = await db.job.findUnique({ where: { id: leaderId }, select: { state: true, erasedAt: true } });
  if (leader && !isFinal(leader.state)) return nothing;
  const waiting = await findWaiting(db, leaderId);
  const settled =
    waiting.length === 0
      ? nothing
      : leader?.state === "succeeded" && !leader.erasedAt
        ? await giveAll(db, waiting, leaderId, now)
        : await elect(db, { leaderId, state: leader?.erasedAt ? "erased" : (leader?.state ?? "erased") }, now);
  await forgetSettled(db, leaderId);
  return settled;
}

async function findWaiting(db: Pick<Db, "$queryRaw">, leaderId: string): Promise<string[]> {
  const rows = await query<{ id: string }>(
    db,
    sql`select f.id from reuses r join jobs f on f.id = r.job_id
        where r.leader_id = ${leaderId} and f.state = 'queued' and f.reused_from = ${leaderId} order by f.id limit ${followersMax}`,
  );
  return rows.map(({ id }) => id);
}

async function giveAll(db: Database, waiting: readonly string[], leaderId: string, now: Date): Promise<Settled> {
  const given = await Promise.all(waiting.map((jobId) => atOnce(() => giveImages(db, { jobId, leaderId }, now))));
  return { ...nothing, ended: given.filter((job) => job !== null) };
}

type Ended = { leaderId: string; state: JobState | "erased" };

/** Finds who is to make the images now. */
function elect(db: Database, { leaderId, state }: Ended, now: Date): Promise<Settled> {
  return db.$transaction(async (tx) => {
    const rows = await query<{ jobId: string; tenantId: string; key: Uint8Array; withinSeconds: number }>(
      tx,
      sql`select r.job_id as "jobId", r.tenant_id as "tenantId", r.key, r.within_seconds as "withinSeconds"
          from reuses r join jobs f on f.id = r.job_id
          where r.leader_id = ${leaderId} and f.state = 'queued' and f.reused_from = ${leaderId}
          order by f.id limit ${followersMax} for update of f`,
    );
    const [first] = rows;
    if (!first) return nothing;
    const ids = rows.map(({ jobId }) => jobId);
    const not = [leaderId, ...ids];
    const [source] = await findSources(tx, { tenantId: first.tenantId, wanted: [first], not, now });
    if (source) {
      await follow(tx, ids, source.jobId, now);
      return { ...nothing, next: source.jobId };
    }
    const leader = await lead(tx, first.jobId, { leaderId, state }, now);
    await follow(tx, ids.slice(1), first.jobId, now);
    return { ...nothing, leader };
  });
}

/** It goes in line, with the place it would have had. */
async function lead(tx: Pick<Db, "$queryRaw">, jobId: string, former: Ended, now: Date): Promise<JobRow | null> {
  const data = { by: "leader", job_id: former.leaderId, was: former.state };
  const rows = await query<JobRow>(
    tx,
    sql`with freed as (
          update jobs set reused_from = null, queue_at = ${queueAtOf}, due_at = ${now}::timestamptz
          where id = ${jobId} and state = 'queued' returning *
        ), row as (
          update reuses set leader_id = null from freed where reuses.job_id = freed.id
        ), line as (
          insert into timeline (job_id, at, kind, data)
          select id, ${now}::timestamptz, 'job.queued', ${JSON.stringify(data)}::jsonb from freed
        )
        select ${jobColumns("freed")} from freed`,
  );
  return rows[0] ?? null;
}

async function follow(tx: Pick<Db, "$queryRaw">, ids: readonly string[], leaderId: string, now: Date): Promise<void> {
  if (ids.length === 0) return;
  await query(
    tx,
    sql`with moved as (
          update jobs set reused_from = ${leaderId} where id = any(${[...ids]}::text[]) and state = 'queued' returning id
        ), row as (
          update reuses set leader_id = ${leaderId} from moved where reuses.job_id = moved.id
        ), line as (
          insert into timeline (job_id, at, kind, data)
          select id, ${now}::timestamptz, 'job.following', jsonb_build_object('job_id', ${leaderId}::text) from moved
        )
        select 1`,
  );
}

/** Rows of jobs that wait no more: settled, canceled or too late. */
async function forgetSettled(db: Pick<Db, "$queryRaw">, leaderId: string): Promise<void> {
  await query(
    db,
    sql`update reuses set leader_id = null where leader_id = ${leaderId} and not exists (
          select from jobs f where f.id = reuses.job_id and f.state = 'queued' and f.reused_from = ${leaderId}) returning 1`,
  );
}
