import { type Db, query, sql } from "../db/database.ts";
import type { JobRow } from "./job-row.ts";
import { jobColumns } from "./job-row.ts";
import { endJob } from "./transition.ts";

export type CancelResult =
  /** It never reached fal: canceled at once, not charged. */
  | { outcome: "canceled"; job: JobRow }
  /** fal has it, or may have it: it is asked to stop, and the job ends when it has answered. */
  | { outcome: "requested"; job: JobRow }
  | { outcome: "already_final"; job: JobRow }
  | { outcome: "not_found" };

/** Cancels a tenant's job. Whether it was sent is read from the row under its lock, so that a submit starting now either sees this or goes first. */
export async function cancelJob(db: Db, who: { tenantId: string; jobId: string }, now: Date): Promise<CancelResult> {
  const canceled = await endJob(db, {
    jobId: who.jobId,
    from: ["queued", "submitting"],
    guard: sql`and tenant_id = ${who.tenantId} and (state = 'queued' or sent_at is null)`,
    set: [sql`cancel_requested_at = ${now}::timestamptz`],
    ending: { to: "canceled", charged: "no", error: null },
    now,
  });
  if (canceled) return { outcome: "canceled", job: canceled };
  const requested = await requestCancel(db, who, now);
  if (requested) return { outcome: "requested", job: requested };
  const job = await db.job.findFirst({ where: { id: who.jobId, tenantId: who.tenantId } });
  return job ? { outcome: "already_final", job } : { outcome: "not_found" };
}

async function requestCancel(db: Db, who: { tenantId: string; jobId: string }, now: Date): Promise<JobRow | null> {
  const rows = await query<JobRow>(
    db,
    sql`with asked as (
          update jobs set cancel_requested_at = coalesce(cancel_requested_at, ${now}::timestamptz),
            -- A submit on its way is let end first: its lease stays, and whoever records its reply passes the cancel on.
            due_at = case when state = 'submitted' then ${now}::timestamptz else due_at end
          where id = ${who.jobId} and tenant_id = ${who.tenantId} and state in ('submitting', 'submitted')
          returning *
        ), line as (
          insert into timeline (job_id, at, kind)
          select id, ${now}::timestamptz, 'job.cancel_requested' from asked where cancel_requested_at = ${now}::timestamptz
        )
        select ${jobColumns("asked")} from asked`,
  );
  return rows[0] ?? null;
}
