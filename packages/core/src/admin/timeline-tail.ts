import { type Db, query, sql } from "../db/database.ts";

/**
 * Reads the whole timeline as it grows. Its seqs are given out before they are committed, so a lower one may appear after a higher
 * one: what is missing between them is remembered and asked for again, until it is old enough to be a transaction that was undone.
 */
export type Tail = {
  /** The highest seq seen. */
  high: number;
  /** Seqs below it that were not there, and when that was first seen. */
  gaps: Map<number, number>;
};

/** No transaction of ours takes this long (db/database.ts: a statement has 15 s). */
const gapMsMax = 60_000;
/** Far more than can be under way at once; beyond it something undid thousands of rows, which nobody will see. */
const gapsMax = 5_000;
/** The newest entries that are looked at for gaps at the beginning. */
const startEntries = 500;
/** Entries read at once; the next tick goes on. */
export const tailEntriesMax = 2_000;

export type TailEntry = { seq: number; jobId: string };

/** Begins where the timeline ends now. */
export async function startTail(db: Pick<Db, "$queryRaw">, nowMs: number): Promise<Tail> {
  const rows = await query<{ seq: bigint }>(db, sql`select seq from timeline order by seq desc limit ${startEntries}`);
  const seqs = rows.map(({ seq }) => Number(seq)).reverse();
  const tail: Tail = { high: (seqs[0] ?? 1) - 1, gaps: new Map() };
  absorb(tail, seqs, nowMs);
  return tail;
}

/** What was written since, also what was missing before. */
export async function readTail(db: Pick<Db, "$queryRaw">, tail: Tail, nowMs: number): Promise<TailEntry[]> {
  const rows = await query<{ seq: bigint; jobId: string }>(
    db,
    sql`(select seq, job_id as "jobId" from timeline where seq > ${tail.high}::bigint order by seq limit ${tailEntriesMax})
        union all
        select seq, job_id from timeline where seq = any(${[...tail.gaps.keys()]}::bigint[])`,
  );
  const entries = rows.map(({ seq, jobId }) => ({ seq: Number(seq), jobId }));
  absorb(
    tail,
    entries.map(({ seq }) => seq).sort((a, b) => a - b),
    nowMs,
  );
  return entries;
}

/** Takes note of seqs that were seen, in their order. Pure but for the tail. */
export function absorb(tail: Tail, seqs: readonly number[], nowMs: number): void {
  for (const seq of seqs) {
    tail.gaps.delete(seq);
    for (let missing = Math.max(tail.high + 1, seq - gapsMax); missing < seq; missing += 1)
      tail.gaps.set(missing, nowMs);
    tail.high = Math.max(tail.high, seq);
  }
  for (const [seq, since] of tail.gaps) {
    if (nowMs - since >= gapMsMax || tail.gaps.size > gapsMax) tail.gaps.delete(seq);
  }
}

/** Everything up to here has been seen: where a reader that was cut off goes on. What comes after it may come twice. */
export function lowWaterOf(tail: Tail): number {
  return tail.gaps.size > 0 ? Math.min(...tail.gaps.keys()) - 1 : tail.high;
}

/** Jobs that something happened to after `seq`; null if it was too much to make up for. */
export async function readMissed(db: Pick<Db, "$queryRaw">, seq: number): Promise<string[] | null> {
  const rows = await query<{ jobId: string }>(
    db,
    sql`select job_id as "jobId" from timeline where seq > ${seq}::bigint order by seq limit ${tailEntriesMax + 1}`,
  );
  return rows.length > tailEntriesMax ? null : [...new Set(rows.map(({ jobId }) => jobId))];
}
