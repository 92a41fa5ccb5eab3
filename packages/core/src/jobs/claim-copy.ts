import { type Queries, query, sql } from "../db/database.ts";
import { grouped } from "../db/grouped.ts";
import { type JobRow, jobColumns } from "./job-row.ts";

/** An image of a job: to be stored unless `stored`. */
export type OutputToCopy = {
  id: string;
  index: number;
  /** Null when the image came as a data URI inside the receipt. */
  sourceUrl: string | null;
  stored: boolean;
  width: number | null;
  height: number | null;
};

export type ClaimedCopy = JobRow & { outputs: OutputToCopy[] };
type Lease = { now: Date; leaseEndsAt: Date };

/** Takes a job's copying for as long as the lease: null if it is not copying, or somebody else has it. */
export function claimCopy(db: Queries, jobId: string, lease: Lease): Promise<ClaimedCopy | null> {
  return claimTogether(db, { jobId, ...lease });
}

const claimTogether = grouped(claimCopies, { keyOf: ({ jobId }) => jobId });

async function claimCopies(
  db: Queries,
  claims: readonly (Lease & { jobId: string })[],
): Promise<(ClaimedCopy | null)[]> {
  const rows = await query<ClaimedCopy>(
    db,
    sql`with ticket as (
          select * from jsonb_to_recordset(${JSON.stringify(claims)}::jsonb) as t("jobId" text, now timestamptz, "leaseEndsAt" timestamptz)
        ), held as (
          -- What another statement has in hand, it may have.
          select id from jobs where id = any(${claims.map(({ jobId }) => jobId)}::text[]) and state = 'copying' for update skip locked
        ), claimed as (
          update jobs set due_at = t."leaseEndsAt" from ticket t join held on held.id = t."jobId"
          where jobs.id = t."jobId" and jobs.state = 'copying' and jobs.due_at <= t.now
          returning jobs.*
        )
        select ${jobColumns("claimed")}, (
          select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'index', o.index, 'sourceUrl', o.source_url,
            'stored', o.stored_at is not null, 'width', o.width, 'height', o.height) order by o.index), '[]')
          from outputs o where o.job_id = claimed.id) as outputs
        from claimed`,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return claims.map(({ jobId }) => byId.get(jobId) ?? null);
}
