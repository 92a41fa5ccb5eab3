import { randomBytes } from "node:crypto";
import type { Database, Db } from "../db/database.ts";
import { query, sql } from "../db/database.ts";
import { newId } from "../ids.ts";

export type Dispatched = { jobId: string; attemptId: string };

/** How long a claimed job may take to be picked up by submit-job before the sweep rings for it again. */
const pickUpLeaseMs = 15_000;
/** Most jobs claimed in one round: keeps the transaction short; the caller comes again while it gets a full round. */
const roundMax = 200;
/** Any constant: names the one lock under which slots are counted and filled. */
const dispatchLock = 4_201_001;

/**
 * Fills the free slots of the fal account: counts from rows what is in flight, picks the next jobs fairly, and moves them to
 * `submitting`, each with the attempt row that its submit will use. Safe to call at any time by any number of processes: the
 * lock lets one count and fill at a time.
 *
 * Fair: tenants take turns by (jobs in flight + place in their own line) / weight, so a newcomer goes before the second job of
 * a tenant with a backlog. Its cost depends on free slots and on tenants with a backlog, never on the length of the backlog.
 */
export async function dispatchJobs(db: Database, options: { slots: number; now: Date }): Promise<Dispatched[]> {
  return db.$transaction(async (tx) => {
    await query(tx, sql`select 1 from (select pg_advisory_xact_lock(${dispatchLock}::bigint)) as locked`);
    const free = options.slots - (await countInFlight(tx));
    return free > 0 ? claimNext(tx, { free: Math.min(free, roundMax), now: options.now }) : [];
  });
}

async function countInFlight(db: Pick<Db, "$queryRaw">): Promise<number> {
  const rows = await query<{ count: number }>(
    db,
    sql`select count(*)::int as count from jobs where state in ('submitting', 'submitted')`,
  );
  return rows[0]?.count ?? 0;
}

async function claimNext(db: Pick<Db, "$queryRaw">, options: { free: number; now: Date }): Promise<Dispatched[]> {
  const { free, now } = options;
  const ids = Array.from({ length: free }, () => newId("att"));
  const tokens = Array.from({ length: free }, () => randomBytes(24).toString("base64url"));
  const leaseEndsAt = new Date(now.getTime() + pickUpLeaseMs);
  return query<Dispatched>(
    db,
    sql`with recursive backlog(tenant_id) as (
          (select tenant_id from jobs where state = 'queued' order by tenant_id limit 1)
          union all
          select (select j.tenant_id from jobs j where j.state = 'queued' and j.tenant_id > b.tenant_id order by j.tenant_id limit 1)
          from backlog b where b.tenant_id is not null
        ), in_flight as (
          select tenant_id, count(*)::int as n from jobs where state in ('submitting', 'submitted') group by tenant_id
        ), turn as (
          select next.id, (coalesce(f.n, 0) + next.place)::float8 / t.weight as turn, next.priority
          from backlog b
          join tenants t on t.id = b.tenant_id and t.paused_at is null
          left join in_flight f on f.tenant_id = t.id
          cross join lateral (
            select q.id, q.priority, row_number() over (order by q.priority desc, q.id) as place from (
              select id, priority from jobs
              where tenant_id = t.id and state = 'queued' and due_at <= ${now}::timestamptz and deadline_at > ${now}::timestamptz
                and cancel_requested_at is null
              order by priority desc, id
              limit greatest(0, least(${free}::int, coalesce(t.in_flight_max - coalesce(f.n, 0), ${free}::int)))
            ) q
          ) next
        ), pick as (
          select id, row_number() over (order by turn, priority desc, id) as place from turn order by turn, priority desc, id limit ${free}::int
        ), ticket as (
          select pick.id as job_id, a.id as attempt_id, a.token
          from pick join unnest(${ids}::text[], ${tokens}::text[]) with ordinality as a(id, token, place) on a.place = pick.place
        ), claimed as (
          update jobs set state = 'submitting', attempt = attempt + 1, step_tries = 0, sent_at = null, due_at = ${leaseEndsAt}::timestamptz
          from ticket where jobs.id = ticket.job_id and jobs.state = 'queued'
          returning jobs.id, jobs.attempt, ticket.attempt_id, ticket.token
        ), attempt as (
          insert into attempts (id, job_id, number, token, created_at)
          select attempt_id, id, attempt, token, ${now}::timestamptz from claimed
        ), line as (
          insert into timeline (job_id, at, kind, data)
          select id, ${now}::timestamptz, 'job.submitting', jsonb_build_object('attempt', attempt) from claimed
        )
        select id as "jobId", attempt_id as "attemptId" from claimed`,
  );
}
