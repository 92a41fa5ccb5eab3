import type { JobStatus } from "@darkroom/contract/jobs";
import { type TimelineEntry, type TimelineKind, timelineCatalogue } from "@darkroom/contract/timeline";
import { type Db, query, sql } from "../db/database.ts";

type Row = { seq: bigint; at: Date; kind: TimelineKind; data: Record<string, unknown> };

/** Everything that happened to a tenant's job, in order. Null for a job that is not there: every job has its first entry. */
export async function readTimeline(
  db: Pick<Db, "$queryRaw">,
  who: { tenantId: string; jobId: string },
): Promise<TimelineEntry[] | null> {
  const rows = await query<Row>(
    db,
    sql`select t.seq, t.at, t.kind, t.data from timeline t join jobs j on j.id = t.job_id
        where j.id = ${who.jobId} and j.tenant_id = ${who.tenantId} order by t.seq`,
  );
  return rows.length > 0 ? rows.map(toEntry) : null;
}

/** Somebody who reads along: `seq` is the last entry they have. */
export type Follower = { jobId: string; seq: number };

/**
 * The entries that each follower does not have yet, for all of them at once. Per job and not by one global seq: seqs are given out
 * before they are committed, so a lower one may appear after a higher one, but never within a job, whose row lock orders them.
 */
export async function readNewEntries(
  db: Pick<Db, "$queryRaw">,
  followers: readonly Follower[],
): Promise<{ follower: number; entry: TimelineEntry }[]> {
  const jobIds = followers.map(({ jobId }) => jobId);
  const seqs = followers.map(({ seq }) => seq);
  const rows = await query<Row & { follower: number }>(
    db,
    sql`select f.place::int as follower, t.seq, t.at, t.kind, t.data
        from unnest(${jobIds}::text[], ${seqs}::bigint[]) with ordinality as f(job_id, seq, place)
        join timeline t on t.job_id = f.job_id and t.seq > f.seq
        order by t.seq`,
  );
  return rows.map((row) => ({ follower: row.follower - 1, entry: toEntry(row) }));
}

function toEntry({ seq, at, kind, data }: Row): TimelineEntry {
  return { seq: Number(seq), at: at.toISOString(), kind, data };
}

/** The status a job has after an entry; null where the entry does not change it. */
export function statusAfter(entry: Pick<TimelineEntry, "kind">): JobStatus | null {
  return timelineCatalogue[entry.kind].status;
}
