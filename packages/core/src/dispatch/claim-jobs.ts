import { randomBytes } from "node:crypto";
import { type Db, query, sql } from "../db/database.ts";
import { newId } from "../ids.ts";
import type { Picks } from "./pick-next.ts";
import type { Bucket } from "./submit-rate.ts";

export type Dispatched = { jobId: string; attemptId: string };

/** How long a claimed job may take to be picked up by submit-job before the sweep rings for it again. */
const pickUpLeaseMs = 15_000;

/**
 * Moves the picked jobs to `submitting`, each with the attempt row that its submit will use, and keeps the turns and the bucket:
 * one statement, under dispatch's lock. Jobs that were canceled meanwhile are left out.
 */
export function claimJobs(db: Pick<Db, "$queryRaw">, picks: Picks, bucket: Bucket, now: Date): Promise<Dispatched[]> {
  const attemptIds = picks.jobIds.map(() => newId("att"));
  const tokens = picks.jobIds.map(() => randomBytes(24).toString("base64url"));
  const leaseEndsAt = new Date(now.getTime() + pickUpLeaseMs);
  return query<Dispatched>(
    db,
    sql`with ticket as (
          select * from unnest(${picks.jobIds}::text[], ${attemptIds}::text[], ${tokens}::text[]) as t(job_id, attempt_id, token)
        ), claimed as (
          update jobs set state = 'submitting', attempt = attempt + 1, step_tries = 0, sent_at = null, queue_at = null,
                          due_at = ${leaseEndsAt}::timestamptz
          from ticket where jobs.id = ticket.job_id and jobs.state = 'queued'
          returning jobs.id, jobs.attempt, jobs.round, ticket.attempt_id, ticket.token
        ), attempt as (
          insert into attempts (id, job_id, number, round, token, created_at)
          select attempt_id, id, attempt, round, token, ${now}::timestamptz from claimed
        ), line as (
          insert into timeline (job_id, at, kind, data)
          select id, ${now}::timestamptz, 'job.submitting', jsonb_build_object('attempt', attempt) from claimed
        ), turns as (
          update tenants set turn = t.turn
          from unnest(${[...picks.tenantTurns.keys()]}::text[], ${[...picks.tenantTurns.values()]}::float8[]) as t(id, turn)
          where tenants.id = t.id
        ), state as (
          update dispatch_state set turn = ${picks.turn}::float8, tokens = ${bucket.tokens - picks.jobIds.length}::float8,
            tokens_at = ${bucket.at}::timestamptz, slowed_to = ${bucket.slowedTo}::float8, blocked_until = ${bucket.blockedUntil}::timestamptz
          where id = 1
        )
        select id as "jobId", attempt_id as "attemptId" from claimed`,
  );
}
